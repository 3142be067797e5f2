"""A canned gateway that is faster than any client: an order of 2 KB for every request, and an endless listing."""

import asyncio
import contextlib
import json
import re

from benchmarks.samples import ORDER

with contextlib.suppress(ImportError):
    import uvloop

TOKEN = b'{"access_token":"canned","expires_in":3600}'
PAGE = re.compile(rb"[?&]page=(\d+)")
PAYOUTS = 20
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def canned(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def payout(number: int) -> dict[str, object]:
    return {
        "clientReferenceId": f"ref-{number}",
        "paymentReferenceId": f"{number:020}",
        "payeeName": "A Payee",
        "accountNumber": "5020001234",
        "branchCode": "HDFC0000001",
        "amount": {"value": 10_000 + number, "currency": "INR"},
        "fees": {"value": 500, "currency": "INR"},
        "tax": {"value": 90, "currency": "INR"},
        "mode": "IMPS",
        "status": "SUCCESS",
        "message": "done",
        "createdAt": "2026-11-21T10:00:00.000Z",
    }


def payouts(page: int) -> bytes:
    held = [payout(number) for number in range((page - 1) * PAYOUTS, page * PAYOUTS)]
    return canned(json.dumps({"payments": held, "nextPage": page + 1}).encode())


class Canned(asyncio.Protocol):
    order = canned(ORDER)
    token = canned(TOKEN)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.received) < whole:
                return
            answer = self.answer(self.received[: self.received.find(b"\r\n")])
            self.received = self.received[whole:]
            self.transport.write(answer)

    def answer(self, line: bytes) -> bytes:
        if b"/auth/" in line:
            return self.token
        page = PAGE.search(line)
        return payouts(int(page[1])) if page else self.order


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if "uvloop" in globals() else None) as runner:
        runner.run(serve())
