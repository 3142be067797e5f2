"""Create Customer, Get Customer, Get Customer Details, Update Customer.

A customer whose `email_id` is CREATION_FAILS is taken first and fails a minute later: the
vendor documents the event and no address that brings it about, so this one is the sandbox's own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway.people import LIMITS, metadata, no_match, read_person
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Json, Merchant

CREATION_FAILS: Final = "creation-fails@sandbox.example"
CREATION_FAILS_AFTER: Final = timedelta(minutes=1)
INDIA: Final = "91"
_NAME: Final = r"[A-Za-z0-9 _.-]{1,50}"
_LIMITS: Final[Mapping[str, str]] = {
    **{name: limit for name, limit in LIMITS.items() if name != "customer_id"},
    "first_name": _NAME,
    "last_name": _NAME,
    "email_id": r"[A-Za-z0-9+_.@-]{1,50}",
}
_IDENTITY: Final = ("country_code", "mobile_number", "merchant_customer_reference")
# What each status tells the merchant when a customer comes to it; of INACTIVE nobody is told.
_EVENTS: Final[Mapping[str, str | None]] = {
    "INACTIVE": None,
    "ACTIVE": "CUSTOMER_ACTIVATED",
    "SUSPENDED": "CUSTOMER_SUSPENDED",
    "DELETED": "CUSTOMER_DELETED",
}


@attrs.define(kw_only=True)
class Customer:
    """One stored customer."""

    id: str
    told: Json
    """The members that were given, within their limits."""
    status: str = "INACTIVE"
    created_at: datetime
    updated_at: datetime

    @property
    def gone(self) -> bool:
        """Whether the customer was removed for good."""
        return self.status == "DELETED"

    def has(self, given: Json) -> bool:
        """Tell whether the given reference, else the given mobile number, is this customer's."""
        if given.get("merchant_customer_reference"):
            return same(self.told, given, "merchant_customer_reference")
        return same(self.told, given, "mobile_number") and same(self.told, given, "country_code")


@attrs.define
class Customers:
    """A merchant's customers."""

    by_id: dict[str, Customer] = attrs.field(factory=dict[str, Customer])

    def with_identity(self, given: Json) -> Customer | None:
        """Return who has the same reference, or the same mobile number where there is no reference."""
        return next((held for held in self.by_id.values() if not held.gone and held.has(given)), None)


def create(call: Call) -> Answered:
    """Store a customer, who is not active yet."""
    body, store = call.body, call.merchant.store(Customers)
    told = read_person(body, _LIMITS)
    notes = metadata(body)
    phone = told.get("country_code") and told.get("mobile_number")
    if not told.get("merchant_customer_reference") and not phone:
        invalid("either merchant_customer_reference, or country_code with mobile_number, is required")
    told = {"merchant_customer_reference": "", "country_code": INDIA, "gstin": "", **told}
    existing = store.with_identity(told)
    if existing is not None:
        # What happens to a repeated customer is undocumented: the setting decides, as for every reference.
        if call.state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return Answered(body=customer_json(existing), status=201)
    now = call.state.clock.now()
    customer = Customer(
        id=f"cust-{call.state.new_order_id()}",
        told=told if notes is None else {**told, "merchant_metadata": notes},
        created_at=now,
        updated_at=now,
    )
    store.by_id[customer.id] = customer
    if told.get("email_id") == CREATION_FAILS:
        call.state.clock.at(now + CREATION_FAILS_AFTER, lambda: _fail(call, customer))
    call.executed(reference=told["merchant_customer_reference"] or None)
    return Answered(body=customer_json(customer), status=201)


def get(call: Call) -> Json:
    """Return a customer by the gateway's id; one who was removed is still shown, as DELETED."""
    return customer_json(find(call))


def find_by_identity(call: Call) -> Json:
    """Return the customer whose mobile number, country code and reference are all as given."""
    query = parse_qs(call.query, keep_blank_values=True)
    given: Json = {name: query.get(name, [""])[0] for name in _IDENTITY}
    missing = [name for name, text in given.items() if not text]
    if missing:
        invalid(f"{missing[0]} is missing or empty")
    held = call.merchant.store(Customers).by_id.values()
    fits = (one for one in held if not one.gone and all(same(one.told, given, name) for name in _IDENTITY))
    return customer_json(next(fits, None) or no_match())


def update(call: Call) -> Json:
    """Change the members that the request has; the status among them."""
    body = call.body
    changes = read_person(body, _LIMITS)
    if bool(changes.get("country_code")) != bool(changes.get("mobile_number")):
        invalid("country_code and mobile_number must come together")
    status = checks.optional_text(body, "status")
    if status is not None and status not in _EVENTS:
        invalid(f"status must be one of {', '.join(_EVENTS)}")
    # The schema of an update has no gstin.
    changes.pop("gstin", None)
    customer = find(call)
    if customer.gone:
        not_allowed("the customer is DELETED")
    customer.told.update(changes)
    customer.updated_at = call.state.clock.now()
    call.executed(reference=customer.told["merchant_customer_reference"] or None)
    if status is not None and status != customer.status:
        customer.status = status
        _tell(call, customer, status)
    return customer_json(customer)


def find(call: Call) -> Customer:
    """Return the caller's customer that the path names, or refuse."""
    return known(call.merchant, call.path["customer_id"]) or no_match()


def known(merchant: Merchant, customer_id: str) -> Customer | None:
    """Return a merchant's customer, None where there is none."""
    return merchant.store(Customers).by_id.get(customer_id)


def same(held: Json, given: Json, name: str) -> bool:
    """Compare one member; a country code is the same with and without its plus."""
    left, right = str(held.get(name, "")), str(given.get(name, ""))
    return left.removeprefix("+") == right.removeprefix("+") if name == "country_code" else left == right


def customer_json(customer: Customer, **more: Any) -> Json:
    """Return a customer in the documented shape."""
    return {
        "customer_id": customer.id,
        **customer.told,
        "status": customer.status,
        **more,
        "created_at": micros(customer.created_at),
        "updated_at": micros(customer.updated_at),
    }


def micros(at: datetime) -> str:
    """Return a time as customers and tokens have it: UTC, microseconds, `Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def failure(source: str, step: str, reason: str) -> Json:
    """Return why a customer or a token could not be made, as their events tell it."""
    return {
        "code": "INVALID_REQUEST",
        "message": "Request is not well-formed, syntactically incorrect, or violates schema",
        "additional_error_details": {"source": source, "step": step, "reason": reason, "metadata": {}},
    }


def _tell(call: Call, customer: Customer, status: str) -> None:
    event = _EVENTS[status]
    if event is not None:
        reason = {} if status == "ACTIVE" else {"status_reason": f"customer {status.lower()} by the merchant"}
        call.tell(event, {"customer": customer_json(customer, **reason)})


def _fail(call: Call, customer: Customer) -> None:
    """Take back a customer who could not be created, unless the merchant moved them on meanwhile."""
    if customer.status != "INACTIVE":
        return
    del call.merchant.store(Customers).by_id[customer.id]
    customer.status, customer.updated_at = "FAILED", call.state.clock.now()
    failed = customer_json(
        customer, status_reason="invalid_data", failure_reason=failure("internal", "creation", "invalid_data")
    )
    call.tell("CUSTOMER_CREATION_FAILED", {"customer": failed})


ROUTES: Final = (
    Route("customers.create", "POST", "/api/v1/customer", create),
    Route("customers.find", "GET", "/api/v1/customer", find_by_identity, reads="nothing"),
    Route("customers.get", "GET", "/api/v1/customer/{customer_id}", get, reads="nothing"),
    Route("customers.update", "PATCH", "/api/v1/customer/{customer_id}", update),
)
