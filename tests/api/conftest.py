"""A small gateway for the tests of the groups: it hands out a token, records what it is asked, and answers as told."""

import collections
import json
from collections.abc import Mapping

import attrs
import pytest
from aiohttp import web

from pinelabs_async import Session


@attrs.frozen(kw_only=True)
class Asked:
    """What one request asked for."""

    method: str
    path: str
    """As it came, still quoted, without the query."""
    query: str
    """As it came, still quoted."""
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self):
        """The JSON body, or None where there is none."""
        return json.loads(self.content) if self.content else None


class Recorder:
    """Record requests, the token's excepted, and answer them in order; the last answer stays."""

    def __init__(self):
        self.asked = []
        self.session = None
        self._answers = collections.deque()

    def answers(self, body, *, status=200):
        """Answer the next request with a JSON value, or with bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._answers.append((status, content))

    def group(self, cls):
        """Make a group of operations that calls this gateway, whether the Session lists it or not."""
        return cls(self.session._caller, self.session._options)

    @property
    def last(self):
        """The last request."""
        return self.asked[-1]

    async def handle(self, request):
        if request.path == "/api/auth/v1/token":
            return web.json_response({"access_token": "t0ken", "expires_in": 3600})
        path, _, query = request.raw_path.partition("?")
        self.asked.append(
            Asked(
                method=request.method,
                path=path,
                query=query,
                headers=dict(request.headers),
                content=await request.read(),
            )
        )
        status, content = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        return web.Response(status=status, body=content, content_type="application/json")


@pytest.fixture
async def recorder():
    """A gateway of this test's own, with a Session on it."""
    recorder = Recorder()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", recorder.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with Session("client", "s3cret", base_url=f"http://127.0.0.1:{port}", deadline=10) as session:
        recorder.session = session
        yield recorder
    await runner.cleanup()
