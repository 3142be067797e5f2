"""Create, Get and download an e-challan, and the bank transfer that pays it.

Only 400 is documented for what these operations refuse. Whether an order can have a second
challan is unpublished: here only once the first has expired.
"""

import secrets
import string
from datetime import date, datetime, timedelta
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Page, Route
from pinelabs_async.sandbox.gateway import pages
from pinelabs_async.sandbox.gateway.attempts import leave
from pinelabs_async.sandbox.gateway.mandates import Registration
from pinelabs_async.sandbox.gateway.pdf import one_page
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import order_event, stamp
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Amount, Json, Merchant, Order

VALID: Final = timedelta(days=7)
_FEES: Final = (
    "fee_amount",
    "tax_amount",
    "additional_fee_amount",
    "maximum_fee_amount",
    "applicable_fee_amount",
)
_PAYABLE: Final = ("CREATED", "ATTEMPTED")
_ACCOUNT: Final = string.ascii_uppercase + string.digits


@attrs.define(kw_only=True)
class Challan:
    """The account that one order can be paid to."""

    id: str
    order: Order
    account: str
    due: Amount
    expiry_date: date
    created_at: datetime
    paid_at: datetime | None = None


@attrs.define
class Challans:
    """A merchant's newest challan of each order."""

    by_order: dict[str, Challan] = attrs.field(factory=dict[str, Challan])


def create(call: Call) -> Json:
    """Open an account that the payer transfers the order's amount and fee to."""
    fee = _read_fee(call.body)
    order = _find_order(call)
    store = call.merchant.store(Challans)
    now = call.state.clock.now()
    if order.status not in _PAYABLE:
        invalid(f"the {order.type} order is {order.status}; a challan needs CREATED or ATTEMPTED")
    if order.pre_auth or isinstance(order, Registration):
        invalid("a bank transfer can neither be blocked nor approve a mandate")
    existing = store.by_order.get(order.id)
    if existing is not None and existing.expiry_date >= now.date():
        invalid("the order has a challan already")
    if fee is not None and fee.currency != order.amount.currency:
        invalid("convenience_fee_breakdown must be in the currency of the order")
    challan = Challan(
        id=f"v1-cha-{now:%y%m%d%H%M%S}-aa-" + "".join(secrets.choice(string.ascii_letters) for _ in range(6)),
        order=order,
        account="SANDBOX" + "".join(secrets.choice(_ACCOUNT) for _ in range(17)),
        due=Amount(order.amount.value + (fee.value if fee else 0), order.amount.currency),
        expiry_date=(now + VALID).date(),
        created_at=now,
    )
    store.by_order[order.id] = challan
    call.executed(reference=order.reference, order_id=order.id, amount=challan.due)
    return _json(call, challan)


def get(call: Call) -> Json:
    """Return the newest challan of an order."""
    return _json(call, _find(call))


def download_pdf(call: Call) -> Answered:
    """Return the challan as a page to print."""
    told = _json(call, _find(call))
    due = f"{rupees(told.pop('amount_due'))} INR"
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in told.items()]
    return Answered(
        body=one_page("Sandbox e-challan", [f"amount due: {due}", *lines]), content_type="application/pdf"
    )


def transfer(call: Call) -> Page:
    """Pay a challan as the payer's bank does: by its order, all of it, while it is valid."""
    for merchant in call.state.merchants.values():
        challan = merchant.store(Challans).by_order.get(call.path["order_id"])
        if challan is not None:
            return _transfer(call, merchant, challan)
    return pages.says("Not found", "There is no such challan.", status=404)


def _transfer(call: Call, merchant: Merchant, challan: Challan) -> Page:
    order, now = challan.order, call.state.clock.now()
    if order.status not in _PAYABLE:
        return pages.says("Returned", f"The order is {order.status}.", status=409)
    if now.date() > challan.expiry_date:
        return pages.says("Returned", "The challan has expired.", status=409)
    leave(call.state, order)
    order.status, order.updated_at, order.captured = "PROCESSED", now, order.amount.value
    challan.paid_at = now
    call.executed(
        operation="payer.transfer",
        reference=order.reference,
        order_id=order.id,
        amount=challan.due,
        money="in",
    )
    call.tell("ORDER_PROCESSED", order_event(order, merchant), merchant=merchant)
    return pages.says("Transferred", f"{rupees(challan.due.value)} {challan.due.currency} were transferred.")


def _read_fee(body: Json) -> Amount | None:
    """Return the fee to be paid; an empty breakdown stands for none, a missing one is refused."""
    given = checks.required_object(body, "convenience_fee_breakdown")
    fees = {name: checks.amount(given, name, least=0) for name in _FEES if given.get(name) is not None}
    return fees.get("applicable_fee_amount")


def _find_order(call: Call) -> Order:
    return call.merchant.orders.get(call.path["order_id"]) or no_match(status=400)


def _find(call: Call) -> Challan:
    return call.merchant.store(Challans).by_order.get(_find_order(call).id) or no_match(status=400)


def _json(call: Call, challan: Challan) -> Json:
    return {
        "challan_id": challan.id,
        "order_id": challan.order.id,
        "virtual_account_id": challan.account,
        "account_name": "Sandbox Merchant",
        "account_ifsc": "UTIB0005717",
        "account_bank_name": "Axis Bank",
        "account_bank_branch": "Axis Bank Branch, Sandbox",
        "challan_pdf_url": f"{call.state.base_url}/api/pay/v1/order/{challan.order.id}/challan/pdf",
        "amount_due": challan.due.value,
        "expiry_date": challan.expiry_date.isoformat(),
        "created_date": stamp(challan.created_at),
    }


_PATH: Final = "/api/pay/v1/order/{order_id}/challan"
ROUTES: Final = (
    Route("challans.create", "POST", _PATH, create),
    Route("challans.get", "GET", _PATH, get, reads="nothing"),
    Route("challans.download_pdf", "GET", f"{_PATH}/pdf", download_pdf, reads="nothing"),
    Route("challenge.transfer", "POST", "/transfer/{order_id}", transfer, secured=False, reads="form"),
)
