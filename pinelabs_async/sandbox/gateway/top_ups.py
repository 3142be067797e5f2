"""Add Money to a brand wallet: from a gift card at once, or when the customer has paid by UPI.

The answer is undocumented. It is the parent order here, of type `ADD_MONEY`; by UPI its `challenge_url`
is the link to pay with, and a child order of type `CHARGE` holds the payment. A wallet's money is refunded
on the vendor's dashboard, by no call, so that neither order can be refunded here.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, cast
from urllib.parse import quote

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import attempts, payments
from pinelabs_async.sandbox.gateway.instruments import outcome_of, read_instrument
from pinelabs_async.sandbox.gateway.orders import unless_refused
from pinelabs_async.sandbox.gateway.people import metadata
from pinelabs_async.sandbox.gateway.shapes import order_json
from pinelabs_async.sandbox.gateway.wallet_object import Wallet, Wallets, require_active
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Amount, Json, Order


@attrs.frozen
class GiftCard:
    """One gift card as it was sold."""

    pin: str
    worth: int
    """In paisa."""


# The sandbox's own, by their numbers.
GIFT_CARDS: Final[Mapping[str, GiftCard]] = {
    "6006000000000050": GiftCard("111111", 50_000),
    "6006000000001000": GiftCard("222222", 1_000_000),
}


@attrs.define(kw_only=True)
class Charge(Order):
    """A child order: whoever changes where it stands, its parent and the wallet follow."""

    status: str = attrs.field(on_setattr=lambda charge, _, value: cast("Charge", charge).follow(value))
    follow: Callable[[str], str] = attrs.field(eq=False, repr=False)


def add_money(call: Call) -> Answered:
    """Put a gift card's money into a wallet, or ask the customer to pay it in by UPI."""
    body, merchant = call.body, call.merchant
    reference = checks.required_reference(body, "merchant_order_reference")
    mode = checks.required_text(body, "mode")
    if mode not in _MODES:
        invalid(f"mode must be one of {', '.join(_MODES)}")
    shown: Json = {"purchase_details": {"merchant_metadata": notes} if (notes := metadata(body)) else {}}
    option = checks.required_object(body, "payment_option")
    customer = checks.required_object(body, "customer")
    wallet = merchant.store(Wallets).get(checks.required_text(customer, "customer_id"))
    amount = wallet.in_currency(checks.amount(body, "amount")) if body.get("amount") is not None else None
    carry_out = _MODES[mode](call, wallet, option, amount)
    existing = merchant.charges.get(reference)
    if existing is not None:
        return Answered(status=201, body=order_json(unless_refused(call, existing), merchant))
    require_active(wallet)
    parent = carry_out(_parent(call, reference, shown))
    merchant.orders[parent.id] = merchant.charges[reference] = parent
    call.executed(reference=reference, order_id=parent.id, amount=parent.amount)
    return Answered(status=201, body=order_json(parent, merchant))


def _parent(call: Call, reference: str, shown: Json) -> Order:
    """Return the order of the added money, before it is known how much that is."""
    now = call.state.clock.now()
    return Order(
        id=call.state.new_order_id(),
        reference=reference,
        # Of the types of an order, the state knows those that are paid and refunded as such.
        type="ADD_MONEY",
        status="PENDING",
        amount=Amount(0, ""),
        shown=shown,
        # Another attempt is another call.
        retries_remaining=0,
        created_at=now,
        updated_at=now,
    )


def _gift_card(call: Call, wallet: Wallet, option: Json, amount: Amount | None) -> Callable[[Order], Order]:
    """Return what takes an amount, or all that is left, from a gift card."""
    details = checks.required_object(option, "gift_card_details")
    number, pin = (checks.required_text(details, name) for name in ("gift_card_number", "pin"))
    if not re.fullmatch("[0-9]{6}", pin):
        invalid("pin must have exactly 6 digits")

    def redeem(parent: Order) -> Order:
        card, store = GIFT_CARDS.get(number), call.merchant.store(Wallets)
        if card is None or card.pin != pin:
            raise Refusal("INVALID_INSTRUMENT")
        spent = store.spent.get(number, 0)
        taken = card.worth - spent if amount is None else amount.value
        if not 0 < taken <= card.worth - spent:
            raise Refusal("INSUFFICIENT_FUNDS")
        store.spent[number] = spent + taken
        parent.status, parent.amount = "PROCESSED", Amount(taken, wallet.currency)
        store.credit(wallet, "CASH", taken, parent.created_at, f"Gift card, order {parent.id}")
        return parent

    return redeem


def _upi(call: Call, wallet: Wallet, _: Json, amount: Amount | None) -> Callable[[Order], Order]:
    """Return what starts a UPI payment of an amount."""
    member, details = read_instrument(call.body, "UPI", call.state.clock.now())
    asked_for = amount or checks.amount(call.body, "amount")

    def start(parent: Order) -> Order:
        parent.amount = asked_for
        charge = _child(call, parent, wallet)
        shown: Json = {"payment_option": {"upi_data": {"txn_mode": details["txn_mode"]}}}
        asked = payments.start(
            call,
            call.merchant,
            charge,
            [("UPI", asked_for, None, shown)],
            outcome=outcome_of(member, details),
        )
        # A collect request has no link: the order's id names it for the payer's UPI app.
        call.state.challenges[parent.id] = asked
        if details["txn_mode"] == "INTENT":
            rupees = f"{asked_for.value // 100}.{asked_for.value % 100:02d}"
            parent.challenge_url = (
                f"upi://pay?pa=sandbox@examplebank&pn=Sandbox&tr={asked.token}"
                f"&am={rupees}&cu={asked_for.currency}&tn={quote(f'Add money {parent.id}')}"
            )
        attempts.expect(call, asked)
        return parent

    return start


def _child(call: Call, parent: Order, wallet: Wallet) -> Charge:
    """Return the order that the customer pays, which has one attempt."""
    merchant, store = call.merchant, call.merchant.store(Wallets)

    def follow(status: str) -> str:
        if parent.status != "PENDING" or status == "PENDING":
            return status
        now, amount = call.state.clock.now(), parent.amount.value
        parent.status, parent.updated_at, parent.challenge_url = status, now, None
        # The customer has paid: the money comes in, even if the wallet was deactivated meanwhile.
        if status == "PROCESSED":
            store.credit(wallet, "CASH", amount, now, f"UPI, order {parent.id}")
        else:
            store.failed(wallet, amount, now, f"UPI, order {parent.id}")
        return status

    charge = Charge(
        id=call.state.new_order_id(),
        reference=f"{parent.id}-charge",
        status="CREATED",
        amount=parent.amount,
        shown={"parent_order_id": parent.id},
        retries_remaining=1,
        follow=follow,
        created_at=parent.created_at,
        updated_at=parent.created_at,
    )
    merchant.orders[charge.id] = merchant.charges[charge.reference] = charge
    return charge


_MODES: Final = {"GIFT_CARD": _gift_card, "CASH": _upi}

ROUTES: Final = (Route("brand_wallets.add_money", "POST", "/api/pay/v1/add_money", add_money),)
