"""Who may see the page and press its buttons, and what each of its addresses answers."""

import hmac
import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs, parse_qsl

import attrs
from aiohttp import web

from pinelabs_async.sandbox.board import actions, page
from pinelabs_async.sandbox.board.desk import Desk, Note
from pinelabs_async.sandbox.origin import is_local, is_own
from pinelabs_async.sandbox.problems import Refusal

_ROOT: Final = "/"
_BELOW: Final = "/board/"
_LONGEST_FORM: Final = 16 * 1024
_SAFE: Final = {
    # Nothing from elsewhere, no inline script, no frame around it: what strangers write cannot act here.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not `no-referrer`: under that a browser hides the origin of the page's own forms, too.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STATIC: Final = {"style.css": "text/css", "live.js": "text/javascript", "back.js": "text/javascript"}


@attrs.frozen
class Front:
    """Answers what is asked of the page; everything else is the gateway's."""

    desk: Desk
    crashed: Callable[[Exception], None]

    def takes(self, path: str) -> bool:
        """Tell whether a path is one of the page and not of the gateway."""
        return path == _ROOT or path.startswith(_BELOW)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request of a browser."""
        try:
            answer = await self._answer(request)
        except web.HTTPException as refused:
            answer = _page(page.says("Refused", refused.text or ""), status=refused.status)
            if "Allow" in refused.headers:
                answer.headers["Allow"] = refused.headers["Allow"]
        except Exception as crash:  # noqa: BLE001 - kept, and raised when the sandbox closes
            self.crashed(crash)
            answer = _page(
                page.says("Crashed", "The sandbox has a bug; it tells when it closes."), status=500
            )
        answer.headers.update(_SAFE)
        return answer

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if not is_local(request.host):
            raise web.HTTPForbidden(text="Open this page by the address that the sandbox gave you.")
        path = request.raw_path.partition("?")[0]
        if path == f"{_BELOW}act":
            return await self._act(request)
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ("GET", "HEAD"), text="This is a page to look at.")
        return self._show(path, request)

    def _show(self, path: str, request: web.BaseRequest) -> web.Response:
        if path == _ROOT:
            note_id = parse_qs(request.query_string).get("note", [""])[0]
            return _page(page.whole(self.desk, self.desk.note(note_id)))
        kind, _, name = path.removeprefix(_BELOW).partition("/")
        if kind == "lists" and not name:
            text = json.dumps(page.fragments(self.desk))
            return web.Response(text=text, content_type="application/json")
        if kind in _STATIC and not name:
            return web.Response(text=_static(kind), content_type=_STATIC[kind])
        if kind == "requests":
            for exchange in self.desk.exchanges:
                if str(exchange.number) == name:
                    return _page(page.request(exchange))
        if kind == "events":
            for event in self.desk.webhooks.events:
                if event.id == name:
                    return _page(page.event(self.desk, event))
        raise web.HTTPNotFound(text="There is no such page, or no longer.")

    async def _act(self, request: web.BaseRequest) -> web.Response:
        """Do what a form of the page asks for, and show the page again with what came of it."""
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ("POST",), text="Press a button of the page.")
        fields = await _fields(request)
        given = fields.get("token", "").encode(errors="replace")
        if not is_own(request.host, request.headers) or not hmac.compare_digest(
            given, self.desk.token.encode()
        ):
            raise web.HTTPForbidden(text="This button was not on the sandbox's own page. Load the page anew.")
        try:
            done = actions.act(self.desk, fields)
        except Refusal as refusal:
            reason = (refusal.details or {}).get("reason", refusal.message)
            note = Note(text=f"Refused: {refusal.code}: {reason}", refused=True)
            at = ""
        else:
            if done.at.startswith("/"):
                return web.Response(status=303, headers={"Location": done.at})
            note, at = Note(text=done.text), done.at
        self.desk.notes.append(note)
        return web.Response(status=303, headers={"Location": f"/?note={note.id}" + (f"#{at}" if at else "")})


async def _fields(request: web.BaseRequest) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="Press a button of the page.")
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > _LONGEST_FORM:
                raise web.HTTPRequestEntityTooLarge(_LONGEST_FORM, len(body))
    except (ConnectionError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest(text="The form did not arrive as a whole.") from error
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _page(html: str, *, status: int = 200) -> web.Response:
    # Half a surrogate pair may stand in a request, and in no page.
    body = html.encode(errors="replace")
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8")


@cache
def _static(name: str) -> str:
    return files(__package__ or __name__).joinpath(name).read_text(encoding="utf-8")
