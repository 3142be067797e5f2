"""Get Customer Tokens, Get Customer Token, Delete Customer Token."""

from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway import customers
from pinelabs_async.sandbox.gateway.people import metadata, no_match
from pinelabs_async.sandbox.gateway.tokens import CardToken, CardTokens, token_json
from pinelabs_async.sandbox.state import Json


def list_all(call: Call) -> Json:
    """Return every saved card of a customer; there is no paging."""
    customer = customers.find(call)
    held = call.merchant.store(CardTokens).of(customer.id)
    # The schema also has a count and two times; the published sample has none of them.
    return {"customer_id": customer.id, "tokens": [token_json(token) for token in held]}


def get(call: Call) -> Json:
    """Return one saved card of a customer."""
    token = _find(call)
    return {**token_json(token), "customer_id": token.customer_id}


def delete(call: Call) -> Json:
    """Remove one saved card of a customer for good."""
    reference = checks.required_reference(call.body, "merchant_unique_reference")
    metadata(call.body, longest=None)
    token = _find(call)
    del call.merchant.store(CardTokens).by_id[token.id]
    call.executed(reference=reference)
    return {
        "token_id": token.id,
        "customer_id": token.customer_id,
        "status": "DELETED",
        "merchant_unique_reference": reference,
    }


def _find(call: Call) -> CardToken:
    customer = customers.find(call)
    token = call.merchant.store(CardTokens).by_id.get(call.path["token_id"])
    if token is None or token.customer_id != customer.id:
        no_match()
    return token


_PATH: Final = "/api/v1/customer/{customer_id}/tokens"
ROUTES: Final = (
    Route("customer_tokens.list", "GET", _PATH, list_all, reads="nothing"),
    Route("customer_tokens.get", "GET", f"{_PATH}/{{token_id}}", get, reads="nothing"),
    Route("customer_tokens.delete", "POST", f"{_PATH}/{{token_id}}/delete", delete),
)
