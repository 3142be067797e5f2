"""Blocking twin of ``pinelabs_async.sandbox``: the same local gateway, on a thread of its own."""

import functools
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final, Literal, Self

from pinelabs_async import sandbox as _async
from pinelabs_async.sandbox import Clock, Credentials, Exchange, Faults, Ledger
from pinelabs_async.session import line_of_caller
from pinelabs_async.wire.lifetime import report_unclosed
from pinelabs_sync.bridge import Bridge, Resource, blocking


class Payer(Resource[_async.Payer]):
    """Play the browser of someone who pays; see ``pinelabs_async.sandbox.Payer``."""

    approve: Final = blocking(_async.Payer.approve)
    decline: Final = blocking(_async.Payer.decline)
    abandon: Final = blocking(_async.Payer.abandon)
    transfer: Final = blocking(_async.Payer.transfer)


class Sandbox:
    """Be a local Pine Labs gateway with one merchant, on a free loopback port.

    ::

        with Sandbox() as box, Session(box.client_id, box.client_secret, base_url=box.base_url) as pinelabs:
            ...

    Args:
        port: The loopback port; 0 for a free one.
        token_lifetime: Seconds, by the sandbox's clock, that an access token is good for.
        token_expiry: Which of the two documented members the token answer has.
        duplicate_references: Whether a repeated merchant reference is refused or answered with what it made.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token_lifetime: int = 3600,
        token_expiry: Literal["expires_in", "expires_at"] = "expires_in",  # noqa: S107  # no password
        duplicate_references: Literal["refuse", "return"] = "refuse",
    ) -> None:
        box = _async.Sandbox(
            port=port,
            token_lifetime=token_lifetime,
            token_expiry=token_expiry,
            duplicate_references=duplicate_references,
        )
        self._box = box
        forgotten = functools.partial(
            report_unclosed, "a sandbox", line_of_caller(), "'with' or 'box.close()'"
        )
        self._bridge = Bridge(box.aclose, forgotten)
        self.payer: Final = Payer(self._bridge, box.payer)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``; empty before the start."""
        return self._box.base_url

    @property
    def client_id(self) -> str:
        """The merchant's client id."""
        return self._box.client_id

    @property
    def client_secret(self) -> str:
        """The merchant's client secret."""
        return self._box.client_secret

    @property
    def return_url_secret(self) -> str:
        """The hex secret that signs what payers bring back."""
        return self._box.return_url_secret

    @property
    def webhook_secret(self) -> str:
        """The secret that signs webhooks."""
        return self._box.webhook_secret

    @property
    def merchant_id(self) -> str:
        """The merchant's id."""
        return self._box.merchant_id

    @property
    def clock(self) -> Clock:
        """The sandbox's time."""
        return self._box.clock

    @property
    def ledger(self) -> Ledger:
        """What was carried out."""
        return self._box.ledger

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self._box.faults

    @property
    def exchanges(self) -> deque[Exchange]:
        """The last thousand requests and their answers, oldest first."""
        return self._box.exchanges

    @property
    def crashes(self) -> list[Exception]:
        """The sandbox's own bugs, raised again when it closes."""
        return self._box.crashes

    def add_merchant(self) -> Credentials:
        """Take on another merchant, who shares nothing with the others, and return its credentials."""
        return self._bridge.run(self._add_merchant)

    async def _add_merchant(self) -> Credentials:
        return self._box.add_merchant()

    def reset(self) -> None:
        """Forget orders, payments, tokens, ledger, faults, exchanges and clock; keep port and merchant."""
        self._bridge.run(_call, self._box.reset)

    def revoke_tokens(self) -> None:
        """Make every access token given out so far invalid."""
        self._bridge.run(_call, self._box.revoke_tokens)

    def start(self) -> Self:
        """Open the port and answer requests."""
        try:
            self._bridge.run(self._box.start)
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Close the port; raise what crashed inside the sandbox, so that its bugs cannot hide."""
        self._bridge.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return repr(self._box)


async def _call(function: Callable[[], None]) -> None:
    """Call a function on the sandbox's own thread, between two requests."""
    function()
