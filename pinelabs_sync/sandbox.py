"""Blocking twin of ``pinelabs_async.sandbox``: the same local gateway, on a thread of its own."""

import contextlib
import functools
from collections import deque
from collections.abc import Callable, Generator, Mapping
from types import TracebackType
from typing import Any, Concatenate, Final, Literal, ParamSpec, Self, TypeVar, cast

from pinelabs_async import sandbox as _async
from pinelabs_async.sandbox import Credentials, Delivery, Event, Exchange, Faults, Ledger
from pinelabs_async.session import line_of_caller
from pinelabs_async.wire.lifetime import report_unclosed
from pinelabs_sync.bridge import Blocking, Bridge, Resource, blocking

P = ParamSpec("P")
R = TypeVar("R")


class Payer(Resource[_async.Payer]):
    """Play the browser of someone who pays; see ``pinelabs_async.sandbox.Payer``."""

    approve: Final = blocking(_async.Payer.approve)
    decline: Final = blocking(_async.Payer.decline)
    abandon: Final = blocking(_async.Payer.abandon)
    transfer: Final = blocking(_async.Payer.transfer)


def _between_requests(function: Callable[Concatenate[Any, P], R]) -> Blocking[P, R]:
    """Make the twin of a plain method: it runs on the sandbox's own thread, where everything else of it happens."""

    async def between(*args: Any, **kwargs: Any) -> R:
        return function(*args, **kwargs)

    @functools.wraps(function)
    def call(self: Resource[Any], *args: Any, **kwargs: Any) -> R:
        return self._bridge.run(between, self._twin, *args, **kwargs)  # pyright: ignore[reportPrivateUsage]

    return cast("Blocking[P, R]", call)


class Clock(Resource[_async.Clock]):
    """Tell and move the sandbox's time; what becomes due happens on the sandbox's own thread."""

    now: Final = _between_requests(_async.Clock.now)
    at: Final = _between_requests(_async.Clock.at)
    advance: Final = _between_requests(_async.Clock.advance)
    catch_up: Final = _between_requests(_async.Clock.catch_up)
    reset: Final = _between_requests(_async.Clock.reset)

    def __repr__(self) -> str:
        return repr(self._twin)


class Webhooks(Resource[_async.Webhooks]):
    """Say where webhooks go, spoil some, and see what became of them; see ``pinelabs_async.sandbox.Webhooks``."""

    point: Final = _between_requests(_async.Webhooks.point)
    fault: Final = _between_requests(_async.Webhooks.fault)
    send: Final = _between_requests(_async.Webhooks.send)
    can_retry: Final = _between_requests(_async.Webhooks.can_retry)
    retry: Final = _between_requests(_async.Webhooks.retry)
    clear: Final = _between_requests(_async.Webhooks.clear)
    delivered: Final = blocking(_async.Webhooks.delivered)

    @property
    def url(self) -> str:
        """Where the first merchant's webhooks go; empty for nowhere."""
        return self._twin.url

    @url.setter
    def url(self, url: str) -> None:
        self._twin.url = url

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each merchant's webhooks go, by merchant id."""
        return self._twin.urls

    @property
    def answer_seconds(self) -> float:
        """How long, in real time, the merchant's server has to answer with a 2xx: five seconds, as documented."""
        return self._twin.answer_seconds

    @answer_seconds.setter
    def answer_seconds(self, seconds: float) -> None:
        self._twin.answer_seconds = seconds

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything told so far, oldest first, whether there was a URL to send it to or not."""
        return self._twin.events

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was to be sent so far, oldest first, with every attempt; a duplicated event is there twice."""
        return self._twin.deliveries


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
        webhook_url: Where the first merchant's webhooks go; nowhere by default.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token_lifetime: int = 3600,
        token_expiry: Literal["expires_in", "expires_at"] = "expires_in",  # noqa: S107  # no password
        duplicate_references: Literal["refuse", "return"] = "refuse",
        webhook_url: str = "",
    ) -> None:
        box = _async.Sandbox(
            port=port,
            token_lifetime=token_lifetime,
            token_expiry=token_expiry,
            duplicate_references=duplicate_references,
            webhook_url=webhook_url,
        )
        self._box = box
        forgotten = functools.partial(
            report_unclosed, "a sandbox", line_of_caller(), "'with' or 'box.close()'"
        )
        self._bridge = Bridge(box.aclose, forgotten)
        self.payer: Final = Payer(self._bridge, box.payer)
        self.clock: Final = Clock(self._bridge, box.clock)
        """The sandbox's time."""
        self.webhooks: Final = Webhooks(self._bridge, box.webhooks)
        """What the merchants are told, and what became of it."""

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
    def access_code(self) -> str:
        """The merchant's access code at the older Pay by Links gateway."""
        return self._box.access_code

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

    def add_merchant(self, webhook_url: str = "") -> Credentials:
        """Take on another merchant, who shares nothing with the others, and return its credentials."""
        return self._bridge.run(_add_merchant, self._box, webhook_url)

    def deposit(self, paisa: int) -> None:
        """Put money into the merchant's funding account; payouts that waited for it go on."""
        self._bridge.run(_call, functools.partial(self._box.deposit, paisa))

    def reset(self) -> None:
        """Forget orders, payments, tokens, webhooks, ledger, faults, exchanges and clock.

        Port and merchants stay, with their credentials and webhook URLs.
        """
        self._bridge.run(_call, self._box.reset)

    def revoke_tokens(self) -> None:
        """Make every access token given out so far invalid."""
        self._bridge.run(_call, self._box.revoke_tokens)

    @contextlib.contextmanager
    def unreachable(self) -> Generator[None]:
        """Refuse connections meanwhile, and end those that there are: the gateway is down, and forgets nothing.

        What was being answered has a twentieth of a second to end; then its connection is lost.
        """
        down = self._box.unreachable()
        self._bridge.run(down.__aenter__)
        try:
            yield
        finally:
            self._bridge.run(down.__aexit__, None, None, None)

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


async def _add_merchant(box: _async.Sandbox, webhook_url: str) -> Credentials:
    return box.add_merchant(webhook_url)
