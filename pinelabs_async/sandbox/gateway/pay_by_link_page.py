"""The page behind a link of the older Pay by Links, on which the payer pays."""

from datetime import timedelta
from typing import Final

from pinelabs_async.sandbox.call import Call, Page, Route
from pinelabs_async.sandbox.gateway import pages
from pinelabs_async.sandbox.gateway.attempts import digits
from pinelabs_async.sandbox.gateway.pay_by_link_object import (
    ACQUIRER,
    CANCELLED,
    CAPTURED,
    DROPPED,
    FAILED,
    INITIATED,
    OldLink,
    OldLinks,
)
from pinelabs_async.sandbox.state import Merchant, State

# How long a payer may do nothing is undocumented: this is the sandbox's own.
DROPPED_AFTER: Final = timedelta(minutes=15)
_OUTCOMES: Final = {
    "approve": ("payer.approve", CAPTURED),
    "decline": ("payer.decline", FAILED),
    "cancel": ("payer.cancel", CANCELLED),
    pages.START: ("payer.start", INITIATED),
}


def show(call: Call) -> Page:
    """Show what is to be paid."""
    found = _find(call)
    return found if isinstance(found, Page) else pages.ask(found[1].amount, found[1].reference)


def pay(call: Call) -> Page:
    """Do what the payer chose; a payment that was started and not answered goes on with the next choice."""
    found = _find(call)
    if isinstance(found, Page):
        return found
    merchant, link = found
    outcome = str(call.body.get("outcome"))
    if outcome not in _OUTCOMES:
        return pages.says("Choose one", "Choose one of the buttons.", status=400)
    operation, parent_status = _OUTCOMES[outcome]
    if link.parent_status != INITIATED:
        _start(link, call.state)
    link.parent_status = parent_status
    paid = parent_status == CAPTURED
    call.executed(
        operation=operation, reference=link.reference, amount=link.amount, money="in" if paid else "none"
    )
    return pages.hand_back(_callback(link, merchant)) if paid else pages.hand_back({})


def _find(call: Call) -> tuple[Merchant, OldLink] | Page:
    for merchant in call.state.merchants.values():
        link = merchant.store(OldLinks).by_token.get(call.path["token"])
        if link is None:
            continue
        if link.parent_status == CAPTURED:
            return pages.says("Closed", "This payment link is paid.", status=409)
        return merchant, link
    return pages.says("Not found", "There is no such payment link.", status=404)


def _start(link: OldLink, state: State) -> None:
    link.start()
    attempt = link.transaction_id
    state.clock.at(state.clock.now() + DROPPED_AFTER, lambda: _drop(link, attempt))


def _drop(link: OldLink, attempt: int | None) -> None:
    """Give an attempt up that the payer never finished."""
    if link.transaction_id == attempt and link.parent_status == INITIATED:
        link.parent_status = DROPPED


def _callback(link: OldLink, merchant: Merchant) -> dict[str, str]:
    """Return what a merchant's registered page would get: for successful payments only, and unsigned."""
    return {
        "RESPONSE_CODE": "1",
        "RESPONSE_MESSAGE": "SUCCESS",
        "AUTH_CODE": digits(6),
        "RRN": digits(12),
        "PINE_PG_TRANSACTION_ID": str(link.transaction_id),
        "ACQUIRER_NAME": ACQUIRER,
        "REFERENCE_NO": link.reference,
        "AMOUNT": str(link.amount.value),
        "MERCHANT_ID": merchant.credentials.merchant_id,
        "PAYMENT_MODE": str(link.mode),
    }


ROUTES: Final = (
    Route("challenge.show_old_link", "GET", "/old-link/{token}", show, secured=False, reads="nothing"),
    Route("challenge.pay_old_link", "POST", "/old-link/{token}", pay, secured=False, reads="form"),
)
