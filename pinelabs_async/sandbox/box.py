"""Starts, stops and holds one sandbox."""

import contextlib
import socket
import sys
from collections import deque
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Literal, Self, get_args

from aiohttp import web

from pinelabs_async.sandbox.board.desk import Desk
from pinelabs_async.sandbox.board.front import Front
from pinelabs_async.sandbox.clock import Clock
from pinelabs_async.sandbox.delivery import Courier
from pinelabs_async.sandbox.faults import Faults
from pinelabs_async.sandbox.gateway.payout_object import Payouts
from pinelabs_async.sandbox.ledger import Ledger
from pinelabs_async.sandbox.payer import Payer
from pinelabs_async.sandbox.server import Exchange, Gateway
from pinelabs_async.sandbox.state import Credentials, Merchant, Settings, State
from pinelabs_async.sandbox.webhooks import Webhooks

_SHUTDOWN_SECONDS = 0.05
_TokenExpiry = Literal["expires_in", "expires_at"]
_Duplicates = Literal["refuse", "return"]


class Sandbox:
    """A local Pine Labs gateway with one merchant, on a free loopback port.

    ```python
    async with Sandbox() as box:
        async with Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs: ...
    ```
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token_lifetime: int = 3600,
        token_expiry: _TokenExpiry = "expires_in",  # noqa: S107 - no password
        duplicate_references: _Duplicates = "refuse",
        webhook_url: str = "",
    ) -> None:
        """Set up a sandbox; `start` opens its port.

        Args:
            port: The loopback port; 0 for a free one.
            token_lifetime: Seconds, by the sandbox's clock, that an access token is good for.
            token_expiry: Which of the two documented members the token answer has.
            duplicate_references: Whether a repeated merchant reference is refused with
                `DUPLICATE_REQUEST` or answered with what it made; both are documented.
            webhook_url: Where the first merchant's webhooks go; nowhere by default.
        """
        _one_of("token_expiry", token_expiry, get_args(_TokenExpiry))
        _one_of("duplicate_references", duplicate_references, get_args(_Duplicates))
        if token_lifetime < 1:
            raise ValueError("token_lifetime must be at least 1 second")
        settings = Settings(
            token_lifetime=token_lifetime,
            token_expiry=token_expiry,
            duplicate_references=duplicate_references,
        )
        self._port = port
        self._state = State(settings=settings)
        self._gateway = Gateway(state=self._state)
        self._runner: web.ServerRunner | None = None
        self._held: socket.socket | None = None
        self._payer = Payer()
        self._courier = Courier(self._state, self.crashes.append)
        self._webhooks = Webhooks(self._state, self._courier)
        desk = Desk(state=self._state, webhooks=self._webhooks, exchanges=self.exchanges)
        self._gateway.front = Front(desk, self.crashes.append)
        self._credentials = self.add_merchant(webhook_url)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`; empty before the start."""
        return self._state.base_url

    @property
    def client_id(self) -> str:
        """The first merchant's client id."""
        return self._credentials.client_id

    @property
    def client_secret(self) -> str:
        """The first merchant's client secret."""
        return self._credentials.client_secret

    @property
    def return_url_secret(self) -> str:
        """The hex secret that signs what the first merchant's payers bring back."""
        return self._credentials.return_url_secret

    @property
    def webhook_secret(self) -> str:
        """The secret that signs the first merchant's webhooks."""
        return self._credentials.webhook_secret

    @property
    def merchant_id(self) -> str:
        """The first merchant's id."""
        return self._credentials.merchant_id

    @property
    def access_code(self) -> str:
        """The first merchant's access code at the older Pay by Links gateway."""
        return self._credentials.access_code

    @property
    def clock(self) -> Clock:
        """The sandbox's time."""
        return self._state.clock

    @property
    def ledger(self) -> Ledger:
        """What was carried out."""
        return self._state.ledger

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self._gateway.faults

    @property
    def payer(self) -> Payer:
        """Someone who pays."""
        return self._payer

    @property
    def webhooks(self) -> Webhooks:
        """What the merchants are told, and what became of it."""
        return self._webhooks

    @property
    def exchanges(self) -> deque[Exchange]:
        """The last thousand requests and their answers, oldest first."""
        return self._gateway.exchanges

    @property
    def crashes(self) -> list[Exception]:
        """The sandbox's own bugs, raised again when it closes."""
        return self._gateway.crashes

    def add_merchant(self, webhook_url: str = "") -> Credentials:
        """Take on another merchant, who shares nothing with the others, and return its credentials."""
        credentials = Credentials()
        self._state.merchants[credentials.client_id] = Merchant(credentials=credentials)
        self._webhooks.point(credentials.merchant_id, webhook_url)
        return credentials

    def deposit(self, paisa: int) -> None:
        """Put money into the first merchant's funding account; payouts that waited for it go on."""
        if paisa < 1:
            raise ValueError("a deposit is at least 1 paisa")
        self._state.merchants[self.client_id].store(Payouts).deposit(paisa)

    def revoke_tokens(self) -> None:
        """Make every access token given out so far invalid."""
        self._state.tokens.clear()

    def reset(self) -> None:
        """Forget orders, payments, tokens, webhooks, ledger, faults, exchanges and clock.

        Port and merchants stay, with their credentials and webhook URLs.
        """
        self._state.forget()
        self._webhooks.clear()
        self.faults.clear()
        self.exchanges.clear()

    async def start(self) -> Self:
        """Open the port and answer requests."""
        if self._runner is not None or self._held is not None:
            raise RuntimeError("the sandbox is already started")
        listening = socket.create_server(("127.0.0.1", self._port))
        self._state.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._payer.base_url = self._state.base_url
        await self._listen(listening)
        await self._courier.open()
        return self

    @contextlib.asynccontextmanager
    async def unreachable(self) -> AsyncGenerator[None]:
        """Refuse connections meanwhile, and end those that there are: the gateway is down, and forgets nothing.

        What was being answered has a twentieth of a second to end; then its connection is lost.
        """
        if self._runner is None:
            raise RuntimeError("the sandbox is not started, or unreachable already")
        for site in self._runner.sites:
            await site.stop()
        # Bound and not listening: whoever connects is refused, and nobody else is given the port.
        self._held = _bound(int(self.base_url.rpartition(":")[2]))
        try:
            await self._hush()
            yield
        finally:
            await self._come_back()

    async def aclose(self) -> None:
        """Close the port; raise what crashed inside the sandbox, so that its bugs cannot hide."""
        await self._courier.aclose()
        held, self._held = self._held, None
        if held is not None:
            held.close()
        await self._hush()
        if self.crashes:
            crashes = tuple(self.crashes)
            self.crashes.clear()
            raise ExceptionGroup("the sandbox crashed", crashes)

    async def _listen(self, bound: socket.socket) -> None:
        runner = web.ServerRunner(
            web.Server(self._gateway.handle, access_log=None), shutdown_timeout=_SHUTDOWN_SECONDS
        )
        await runner.setup()
        await web.SockSite(runner, bound).start()
        self._runner = runner

    async def _come_back(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await self._listen(held)

    async def _hush(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        await self._gateway.hush()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<Sandbox {self.base_url or 'not started'} merchant {self.merchant_id}>"


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    try:
        if sys.platform != "win32":  # there it would let others share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
    except BaseException:
        bound.close()
        raise
    return bound


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, not one of {', '.join(allowed)}")
