"""What a handler is given and what it may give back."""

from typing import Final, Literal, TypeAlias

import attrs

from pinelabs_async.sandbox.ledger import Execution
from pinelabs_async.sandbox.state import Amount, Json, Merchant, State

MONEY: Final[dict[str, Literal["in", "out"]]] = {
    "payer.approve": "in",
    "orders.capture": "in",
    "refunds.create": "out",
}
"""The executions that move money; all others only change what is on paper."""


@attrs.frozen(kw_only=True)
class Page:
    """An HTML page, for the operations that a payer's browser calls."""

    html: str
    status: int = 200


Reply: TypeAlias = Json | Page
"""What a handler answers with: a JSON object under status 200, or a page."""


@attrs.frozen(kw_only=True)
class Call:
    """One request that passed the checks of its route."""

    operation: str
    state: State
    caller: Merchant | None
    """Whose token it carried; None on routes without a token."""
    path: dict[str, str]
    """The named segments of the path, percent-decoded once."""
    query: str = ""
    body: Json
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
    ) -> None:
        """Write into the ledger that this call was carried out."""
        name = operation or self.operation
        self.state.ledger.record(
            Execution(
                operation=name,
                reference=reference,
                request_id=self.request_id,
                idempotency_key=self.idempotency_key,
                order_id=order_id,
                amount=amount.value if amount else None,
                currency=amount.currency if amount else None,
                at=self.state.clock.now(),
                money=MONEY.get(name, "none"),
            )
        )
