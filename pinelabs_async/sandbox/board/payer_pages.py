"""Where the payer of an order is asked, and what happens when they press a button there."""

from typing import Final
from urllib.parse import quote

from pinelabs_async.sandbox.call import Call, Page
from pinelabs_async.sandbox.gateway import checkout
from pinelabs_async.sandbox.gateway.checkout import Checkouts
from pinelabs_async.sandbox.gateway.reserve_object import Reserves
from pinelabs_async.sandbox.problems import not_allowed
from pinelabs_async.sandbox.routes import match
from pinelabs_async.sandbox.state import Challenge, Merchant, Order, State

UNPAID: Final = ("CREATED", "ATTEMPTED")
"""The states in which an attempt to pay can begin."""


def waiting(state: State, owner: Merchant, order: Order) -> Challenge | None:
    """Return the attempt of an order that its payer has not answered."""
    asked = state.asked.get(order.id, ())
    return next((one for one in asked if one.merchant is owner and not one.answered), None)


def of_attempt(state: State, owner: Merchant, order: Order) -> str | None:
    """Return the path of the page on which the payer answers, where one is open."""
    asked = waiting(state, owner, order)
    if asked is not None:
        return f"/challenge/{quote(asked.token, safe='')}"
    reserves = owner.store(Reserves).by_id.values()
    return next(
        (f"/reserve/{one.token}" for one in reserves if one.order is order and one.status == "CREATED"), None
    )


def checkouts(owner: Merchant) -> dict[str, str]:
    """Return the paths of a merchant's checkout pages, by the id of their order."""
    return {order.id: f"/checkout/{token}" for token, order in owner.store(Checkouts).by_token.items()}


def begin(state: State, owner: Merchant, order: Order, outcome: str) -> Page:
    """Let the payer begin an attempt, by the first method that the order allows."""
    methods = checkout.choices(order)
    if order.type != "CHARGE" or order.status not in UNPAID or not methods:
        not_allowed(f"the {order.type} order is {order.status}; a payment needs CREATED or ATTEMPTED")
    call = Call(operation="challenge.pay_checkout", state=state, caller=None, path={}, body={})
    return checkout.attempt(call, owner, order, methods[0], outcome)


def answer(state: State, path: str, outcome: str) -> Page:
    """Press a button of a payer's page."""
    route, named = next((route, named) for route, named in match(path) if route.method == "POST")
    call = Call(operation=route.operation, state=state, caller=None, path=named, body={"outcome": outcome})
    page = route.handler(call)
    if not isinstance(page, Page) or page.status >= 400:
        not_allowed("this payment cannot be answered any more")
    return page
