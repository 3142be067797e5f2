"""Generate Card Token, Get Service Provider Token, Generate Cryptogram, Delete Token.

How a card is encrypted is undocumented, so any text is taken for one and never looked into. Only
the texts of COURSES, the sandbox's own, lead to the documented states other than ACTIVE.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import customers
from pinelabs_async.sandbox.gateway.customers import failure, micros
from pinelabs_async.sandbox.gateway.people import metadata, no_match
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Json

LIFETIME: Final = timedelta(days=3 * 365)


@attrs.frozen
class Course:
    """What becomes of a new token."""

    first: str = "ACTIVE"
    then: str | None = None
    after: timedelta = timedelta()
    reason: str | None = None


COURSES: Final[Mapping[str, Course]] = {
    "sandbox-slow": Course("INITIATED", "ACTIVE", timedelta(minutes=1)),
    "sandbox-fails": Course(
        "INITIATED", "FAILED", timedelta(minutes=1), "card is not eligible for tokenisation"
    ),
    "sandbox-suspended": Course("ACTIVE", "SUSPENDED", timedelta(days=1), "suspended by the card network"),
    "sandbox-deactivated": Course("ACTIVE", "DEACTIVATED", timedelta(days=1), "card stolen"),
}
_EVENTS: Final[Mapping[str, str]] = {
    "ACTIVE": "TOKEN_ACTIVATED",
    "SUSPENDED": "TOKEN_SUSPENDED",
    "DEACTIVATED": "TOKEN_DEACTIVATED",
    "FAILED": "TOKEN_PROVISION_FAILED",
}
# The card that every token stands for: nothing of the text that was sent is kept.
CARD: Final[Json] = {
    "last4_digit": "1112",
    "card_type": "CREDIT",
    "network_name": "VISA",
    "issuer_name": "HDFC",
    "card_category": "CONSUMER",
    "country_code": "IND",
    "international": False,
    "emi": True,
    "cvv_required": False,
}


@attrs.define(kw_only=True)
class CardToken:
    """One saved card."""

    id: str
    reference: str
    customer_id: str
    status: str
    status_reason: str | None = None
    provider_id: str
    provider_reference: str = attrs.field(factory=lambda: secrets.token_hex(10), repr=False)
    account_reference: str = attrs.field(factory=lambda: secrets.token_hex(12), repr=False)
    metadata: Json
    expired_at: datetime
    created_at: datetime
    updated_at: datetime


@attrs.define
class CardTokens:
    """A merchant's tokens; a deleted one is gone."""

    by_id: dict[str, CardToken] = attrs.field(factory=dict[str, CardToken])

    def of(self, customer_id: str) -> list[CardToken]:
        """Return the tokens of one customer, oldest first."""
        return [token for token in self.by_id.values() if token.customer_id == customer_id]

    def with_reference(self, reference: str) -> CardToken | None:
        """Return the token that was made with a merchant's reference."""
        return next((token for token in self.by_id.values() if token.reference == reference), None)


def create(call: Call) -> Answered:
    """Save a card as a token of a customer."""
    body, store = call.body, call.merchant.store(CardTokens)
    customer_id = checks.required_text(body, "customer_id")
    reference = checks.required_reference(body, "merchant_token_reference")
    if body.get("payment_method") != "CARD":
        invalid("payment_method must be CARD")
    course = COURSES.get(_card(body), Course())
    # Published samples have notes far beyond the 256 characters of the general rule.
    notes = metadata(body, longest=None)
    # 404 is not among the documented statuses of this operation.
    customer = customers.known(call.merchant, customer_id) or no_match(status=400)
    existing = store.with_reference(reference)
    if existing is not None:
        if call.state.settings.duplicate_references == "refuse":
            raise Refusal("DUPLICATE_REQUEST")
        return Answered(body=_brief(existing), status=201)
    if customer.status not in ("INACTIVE", "ACTIVE"):
        not_allowed(f"the customer is {customer.status}")
    now = call.state.clock.now()
    token = CardToken(
        id=f"token-{call.state.new_order_id()}",
        reference=reference,
        customer_id=customer_id,
        status=course.first,
        provider_id=f"tp-{call.state.new_order_id()}",
        metadata=notes or {},
        expired_at=now + LIFETIME,
        created_at=now,
        updated_at=now,
    )
    store.by_id[token.id] = token
    call.executed(reference=reference)
    if token.status == "ACTIVE":
        _tell(call, token)
    if course.then is not None:
        call.state.clock.at(now + course.after, lambda: _go_on(call, token, course))
    return Answered(body=_brief(token), status=201)


def get(call: Call) -> Json:
    """Return a token as its provider has it, or all of a customer: the path names either."""
    identifier, store = call.path["identifier"], call.merchant.store(CardTokens)
    token = store.by_id.get(identifier)
    if token is not None:
        return _provider_json(token)
    if customers.known(call.merchant, identifier) is None:
        no_match()
    return {"customer_id": identifier, "tokens": [_provider_json(held) for held in store.of(identifier)]}


def create_cryptogram(call: Call) -> Answered:
    """Make what pays once with the token at another gateway."""
    body = call.body
    reference = checks.required_reference(body, "merchant_unique_reference")
    provider_id = checks.required_text(body, "service_provider_token_id")
    # 404 is not among the documented statuses of this operation.
    token = call.merchant.store(CardTokens).by_id.get(call.path["token_id"]) or no_match(status=400)
    if token.provider_id != provider_id:
        invalid("service_provider_token_id is not the one of this token")
    if token.status != "ACTIVE":
        not_allowed(f"the token is {token.status}")
    customer = customers.known(call.merchant, token.customer_id)
    if customer is None or customer.status != "ACTIVE":
        not_allowed("saved tokens are usable while their customer is ACTIVE")
    call.executed(reference=reference)
    return Answered(
        status=201,
        body={
            "token_id": token.id,
            "merchant_token_reference": token.reference,
            "service_provider_token_id": token.provider_id,
            "token_data": {
                "cryptogram": base64.b64encode(secrets.token_bytes(20)).decode(),
                "token_reference": token.provider_reference,
                "payment_account_reference": token.account_reference,
                "token_expiry_month": token.expired_at.month,
                "token_expiry_year": token.expired_at.year,
            },
        },
    )


def delete(call: Call) -> Json:
    """Remove a token for good."""
    store = call.merchant.store(CardTokens)
    token = store.by_id.pop(call.path["token_id"], None) or no_match()
    call.executed(reference=token.reference)
    return {"token_id": token.id, "status": "DELETED"}


def token_json(token: CardToken) -> Json:
    """Return a token in the shape that the list of a customer's tokens has."""
    return {
        "token_id": token.id,
        "merchant_token_reference": token.reference,
        "status": token.status,
        "payment_method": "CARD",
        "expired_at": micros(token.expired_at),
        "created_at": micros(token.created_at),
        "updated_at": micros(token.updated_at),
        "status_reason": token.status_reason,
        "merchant_metadata": token.metadata,
        "card_data": CARD,
        "is_compliant": True,
    }


def _brief(token: CardToken) -> Json:
    return {
        "token_id": token.id,
        "customer_id": token.customer_id,
        "merchant_token_reference": token.reference,
        "status": token.status,
        "created_at": micros(token.created_at),
        "updated_at": micros(token.updated_at),
    }


def _provider_json(token: CardToken) -> Json:
    # A provider has an id for it only once it made the token.
    made = token.status not in ("INITIATED", "FAILED")
    return {
        **_brief(token),
        "payment_method": "CARD",
        "card_data": CARD,
        **({"service_provider_token_id": token.provider_id} if made else {}),
    }


def _card(body: Json) -> str:
    option = checks.optional_object(body, "payment_option") or {}
    payment = checks.optional_object(body, "payment") or {}
    acquirer = checks.optional_object(payment, "acquirer_data") or {}
    for name in ("approval_code", "acquirer_reference", "rrn", "auth_reference"):
        checks.optional_text(acquirer, name)
    return checks.optional_text(option, "encrypted_card_details") or ""


def _go_on(call: Call, token: CardToken, course: Course) -> None:
    """Take a token to the end of its course, unless it was deleted meanwhile."""
    if token.id not in call.merchant.store(CardTokens).by_id or course.then is None:
        return
    token.status, token.status_reason = course.then, course.reason
    token.updated_at = call.state.clock.now()
    _tell(call, token)


def _tell(call: Call, token: CardToken) -> None:
    told: Json = {
        # The reference of the payment in which a card was saved; this one was saved in none.
        "merchant_payment_reference": "",
        "customer_id": token.customer_id,
        **token_json(token),
    }
    if token.status == "FAILED":
        told["failure_reason"] = failure("network", "token_provision", str(token.status_reason))
    call.tell(_EVENTS[token.status], {"token": told})


ROUTES: Final = (
    Route("tokens.create", "POST", "/api/v1/tokens", create),
    Route("tokens.get", "GET", "/api/v1/tokens/{identifier}", get, reads="nothing"),
    Route(
        "tokens.create_cryptogram",
        "POST",
        "/api/v1/tokens/{token_id}/token-transactional-data",
        create_cryptogram,
    ),
    Route("tokens.delete", "POST", "/api/v1/tokens/{token_id}/delete", delete, reads="nothing"),
)
