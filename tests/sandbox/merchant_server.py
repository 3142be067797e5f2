"""A merchant's webhook endpoint on loopback: answers as it is told, and keeps what came."""

import asyncio
import json
from collections import deque

import attrs
from aiohttp import web

from pinelabs_async import webhooks


@attrs.frozen
class Came:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def timestamp(self):
        return int(self.headers["webhook-timestamp"])

    def verified(self, secret, *, now=None):
        return webhooks.verify(self.body, self.headers, secret, now=now)


class MerchantServer:
    """Answers 200, or the statuses given to `answers` one by one; a float is seconds of silence first."""

    def __init__(self):
        self.came: list[Came] = []
        self.answers: deque[int | float | web.Response] = deque()
        self.then = None
        """What to await while a webhook is handled."""
        self._one_more = asyncio.Event()

    @property
    def ids(self):
        return [one.id for one in self.came]

    @property
    def types(self):
        return [json.loads(one.body)["event_type"] for one in self.came]

    async def has(self, number, *, within):
        """Wait until so many have come."""
        async with asyncio.timeout(within):
            while len(self.came) < number:
                self._one_more.clear()
                await self._one_more.wait()

    async def __call__(self, request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.came.append(Came(headers, await request.read()))
        self._one_more.set()
        if self.then is not None:
            await self.then()
        answer = self.answers.popleft() if self.answers else 200
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = 200
        return answer if isinstance(answer, web.Response) else web.Response(status=answer, text="noted")

    async def start(self):
        self.runner = web.ServerRunner(web.Server(self, access_log=None), shutdown_timeout=0.05)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/hooks"
        return self

    async def close(self):
        await self.runner.cleanup()
