"""The merchant's side of the demo: a web page to which the payer's browser comes back."""

import queue
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl

PATIENCE: Final = 10.0
"""Seconds to wait for the payer."""


class Shop:
    """Serve a return URL on a loopback port and hand out the form fields that arrive there."""

    def __init__(self) -> None:
        self._arrived: queue.Queue[dict[str, str]] = queue.Queue()
        arrived = self._arrived

        class Page(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name http.server looks for
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                self.wfile.write(b"Thank you")
                arrived.put(dict(parse_qsl(body, keep_blank_values=True)))

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's own name
                """Keep quiet: the demo prints what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.return_url: Final = f"http://127.0.0.1:{self._server.server_port}/return"

    def payer(self) -> dict[str, str]:
        """Wait for a payer to come back and return the form fields; an empty dict if nobody comes."""
        try:
            return self._arrived.get(timeout=PATIENCE)
        except queue.Empty:
            return {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=PATIENCE)
