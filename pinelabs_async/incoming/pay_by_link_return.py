"""The payer's return from a link of the older Pay by Links gateway: a form POST that nobody signed.

It comes through the payer's browser, so that it proves nothing: ask ``pay_by_links.status`` before you ship.
"""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from pinelabs_async.api.pay_by_links import PayByLinkMode
from pinelabs_async.errors import SignatureError
from pinelabs_async.incoming.return_url import single_texts
from pinelabs_async.wire.redact import frameless


@attrs.frozen(kw_only=True)
class ReturnedPayByLink:
    """Hold what a payer's browser says of a payment. Anybody could have written it.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    is_verified: Literal[False] = attrs.field(default=False, init=False)
    """Never: the gateway signs nothing here. Ask ``pay_by_links.status``."""
    response_code: int | None = None
    """1 for success, it says."""
    response_message: str | None = None
    """The same in words."""
    reference_no: str | None = None
    """Your own reference: what to ask ``pay_by_links.status`` for."""
    amount: int | None = None
    """How much, in paisa, it says."""
    payment_mode: PayByLinkMode | None = None
    """How the payer paid, it says."""
    auth_code: str | None = None
    """The bank's authorisation code, it says."""
    rrn: str | None = None
    """The bank's reference number, it says."""
    pine_pg_transaction_id: str | None = None
    """The gateway's id of the transaction, it says."""
    acquirer_name: str | None = None
    """Who processed it, it says."""
    merchant_id: str | None = None
    """Your id, it says."""
    fields: Mapping[str, str] = attrs.field(repr=False)
    """Every field that came."""


@frameless
def parse(fields: Mapping[str, Any]) -> ReturnedPayByLink:
    """Read a payer's return from a link of the older gateway. No money moves, and nothing is proved.

    Args:
        fields: The form fields as your framework gives them, decoded. Any, since frameworks give lists
            and files among them; those are refused.

    Returns:
        What the form says; numbers that are none are None.

    Raises:
        SignatureError: it is no such form; ``reason`` is ``duplicate_field``, ``malformed_field`` or
            ``missing_field``.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """
    came = single_texts(fields)
    if not came.get("REFERENCE_NO"):
        raise SignatureError("the return names no REFERENCE_NO", reason="missing_field")
    mode = came.get("PAYMENT_MODE")
    return ReturnedPayByLink(
        response_code=_number(came.get("RESPONSE_CODE")),
        response_message=came.get("RESPONSE_MESSAGE"),
        amount=_number(came.get("AMOUNT")),
        payment_mode=PayByLinkMode(mode) if mode else None,
        reference_no=came["REFERENCE_NO"],
        auth_code=came.get("AUTH_CODE"),
        rrn=came.get("RRN"),
        pine_pg_transaction_id=came.get("PINE_PG_TRANSACTION_ID"),
        acquirer_name=came.get("ACQUIRER_NAME"),
        merchant_id=came.get("MERCHANT_ID"),
        fields=came,
    )


def _number(text: str | None) -> int | None:
    digits = (text or "").removeprefix("-")
    return int(text or "") if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
