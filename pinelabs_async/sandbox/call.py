"""What a handler is given, what it may give back, and the row that leads to it."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from pinelabs_async.sandbox.ledger import Execution
from pinelabs_async.sandbox.state import Amount, Json, Merchant, State


@attrs.frozen(kw_only=True)
class Page:
    """An HTML page, for the operations that a payer's browser calls."""

    html: str
    status: int = 200


@attrs.frozen(kw_only=True)
class Answered:
    """An answer that is no JSON object under status 200: another status, a list, no body, a file."""

    body: object = None
    """JSON of any kind; bytes are sent as they are; None is no body."""
    status: int = 200
    content_type: str = "application/json; charset=utf-8"


Reply: TypeAlias = Json | Page | Answered
"""What a handler answers with: a JSON object under status 200, or a page, or anything else."""


@attrs.frozen(kw_only=True)
class Call:
    """One request that passed the checks of its route."""

    operation: str
    state: State
    caller: Merchant | None
    """Whose token it carried; None on routes without a token."""
    path: Mapping[str, str]
    """The named segments of the path, percent-decoded once."""
    query: str = ""
    body: Json
    """The JSON object or the form fields; a list stands under ``items``."""
    content: bytes = attrs.field(default=b"", repr=False)
    """The body as it came, for the routes that read it raw."""
    content_type: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def merchant(self) -> Merchant:
        """The merchant whose token the call carried."""
        if self.caller is None:
            raise LookupError(f"{self.operation} is not a secured route")
        return self.caller

    def executed(
        self,
        *,
        reference: str | None = None,
        order_id: str | None = None,
        amount: Amount | None = None,
        operation: str | None = None,
        money: Literal["in", "out", "none"] = "none",
    ) -> None:
        """Write into the ledger that this call was carried out; ``money``: did it reach or leave the merchant."""
        self.state.ledger.record(
            Execution(
                operation=operation or self.operation,
                reference=reference,
                request_id=self.request_id,
                idempotency_key=self.idempotency_key,
                order_id=order_id,
                amount=amount.value if amount else None,
                currency=amount.currency if amount else None,
                at=self.state.clock.now(),
                money=money,
            )
        )

    def tell(self, event_type: str, data: Json, *, merchant: Merchant | None = None, **beside: Any) -> None:
        """Send the merchant a webhook; ``beside`` are members that stand next to ``data``."""
        self.state.outbox.tell(
            (merchant or self.merchant).credentials.merchant_id, event_type, data, **beside
        )


@attrs.frozen
class Route:
    """One operation: where it is and what carries it out."""

    operation: str
    method: str
    path: str
    handler: Callable[[Call], Reply]
    secured: bool = True
    """Whether it needs a bearer token."""
    reads: Literal["nothing", "json", "list", "form", "raw"] = "json"
    """What body it takes; a route that reads nothing ignores one."""
    fits: Callable[[Json], bool] | None = None
    """Whether this body is meant for it, where two operations share method and path; the first that fits is taken."""
