"""The payer's return: a form POST to your ``callback_url``, signed by the gateway.

What a valid signature does not prove: that the return is new (it has no time in it), that the amount is
right, or that money was received. Read the order before you ship.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import attrs

from pinelabs_async.api.common import OrderStatus
from pinelabs_async.errors import ConfigurationError, SignatureError
from pinelabs_async.wire.redact import Secret, frameless

_SIGNATURE: Final = "signature"
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_LEGACY_MARKS: Final = frozenset({"dia_secret", "dia_secret_type"})
_ANY_FOLDED: Final = re.compile(r"&[A-Za-z0-9_.-]+=")
_DECIDING: Final = ("order_id", "status", "payment_status")
_FOLDED: Final = re.compile(r"&(order_id|status|payment_status|error_code|error_message)=")


@attrs.frozen(kw_only=True)
class ReturnedOrder:
    """Hold what the gateway says of an order, in a return whose signature was right."""

    order_id: str
    """The gateway's id of the order. Check that it is an order of the customer who returned."""
    status: OrderStatus
    """The status at that moment. Read the order with ``orders.get`` before you ship."""
    error_code: str | None = None
    """Why it failed, if it did; never ship when it is set, whatever ``status`` says."""
    error_message: str | None = None
    """The same in words."""
    fields: Mapping[str, str] = attrs.field(repr=False)
    """Every field that was signed."""


@frameless
def verify(fields: Mapping[str, Any], secret: str | Secret) -> ReturnedOrder:
    """Check the signature of a payer's return, and read it. No money moves.

    Args:
        fields: The form fields as your framework gives them, decoded; every one but ``signature`` is signed.
            Any, since frameworks give lists and files among them; those are refused.
        secret: The return URL secret from Pine Labs: hexadecimal text.

    Returns:
        What the gateway says of the order.

    Raises:
        SignatureError: do not trust it. ``reason`` is ``missing_signature``, ``signature_mismatch``,
            ``duplicate_field``, ``malformed_field`` or ``missing_field``.
        ConfigurationError: the secret is empty or not hexadecimal.

    Source: https://www.pinelabs.com/docs/online-payments/payments/verify-signature
    """
    key = hex_key("the return URL secret", secret)
    pairs = single_texts(fields)
    received = pairs.pop(_SIGNATURE, "")
    if not received:
        raise SignatureError("the return carries no signature; do not trust it", reason="missing_signature")
    # Empty fields are signed in the vendor's older product and left out by others. Both texts need the
    # secret, so the second try lets nobody add or change a field that says something.
    filled = {name: value for name, value in pairs.items() if value}
    if not any(_is_signed(candidate, received, key) for candidate in (pairs, filled)):
        raise SignatureError(
            "the signature of the return does not match; do not trust it", reason="signature_mismatch"
        )
    return _read(pairs)


@frameless
def sign(fields: Mapping[str, str], secret: str | Secret) -> str:
    """Make the signature that the gateway would send with these fields, for tests.

    Args:
        fields: The fields without ``signature``.
        secret: The return URL secret: hexadecimal text.

    Returns:
        64 upper-case hexadecimal digits.

    Raises:
        ConfigurationError: the secret is empty or not hexadecimal.
    """
    return _digest(fields, hex_key("the return URL secret", secret))


@frameless
def verify_legacy(fields: Mapping[str, Any], secret: str | Secret) -> Mapping[str, str]:
    """Check the ``dia_secret`` of a return, or of an inquiry's answer, of the older gateway. No money moves.

    Args:
        fields: The fields as your framework gives them, decoded; empty ones are signed too. Any, since
            frameworks give lists and files among them; those are refused.
        secret: The secret of the older gateway: hexadecimal text.

    Returns:
        The fields that were signed. Paid is ``pine_pg_txn_status`` 4 with ``txn_response_code`` 1.

    Raises:
        SignatureError: do not trust it. ``reason`` is ``missing_signature``, ``signature_mismatch``,
            ``unknown_algorithm``, ``duplicate_field`` or ``malformed_field``.
        ConfigurationError: the secret is empty or not hexadecimal.

    Source: https://developer.pluralonline.com/v2.0/docs/plural-hosted-checkout-integration-flow
    """
    key = hex_key("the return URL secret", secret)
    pairs = single_texts(fields)
    marks = {
        name: pairs.pop(name) for name in list(pairs) if name.lower().removeprefix("ppc_") in _LEGACY_MARKS
    }
    received = [value for name, value in marks.items() if not name.lower().endswith("_type")]
    if len(received) != 1 or not received[0]:
        raise SignatureError("the return carries no dia_secret; do not trust it", reason="missing_signature")
    kinds = {value.upper() for name, value in marks.items() if name.lower().endswith("_type")}
    if kinds - {"SHA256"}:
        raise SignatureError("the dia_secret is not of type SHA256", reason="unknown_algorithm")
    if any(_ANY_FOLDED.search(value) for value in pairs.values()):
        raise SignatureError("the return carries a field within a field", reason="malformed_field")
    if not _is_signed(pairs, received[0], key):
        raise SignatureError(
            "the dia_secret of the return does not match; do not trust it", reason="signature_mismatch"
        )
    return pairs


def _digest(fields: Mapping[str, str], key: bytes) -> str:
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest().upper()


def _is_signed(fields: Mapping[str, str], received: str, key: bytes) -> bool:
    # Samples print the digest in lower case, the vendor's code in upper case.
    return hmac.compare_digest(
        _digest(fields, key).encode(), received.upper().encode("utf-8", "surrogatepass")
    )


def hex_key(name: str, secret: str | Secret) -> bytes:
    """Return the bytes that a hexadecimal secret stands for; an empty one would sign anything."""
    text = secret.reveal() if isinstance(secret, Secret) else secret
    if not isinstance(text, str):
        raise ConfigurationError(f"{name} must be a str, not {type(text).__name__}.")
    try:
        key = bytes.fromhex(text) if text.isascii() and text.isalnum() else b""
    except ValueError:
        key = b""
    if not key:
        raise ConfigurationError(f"{name} must be hexadecimal text with an even number of digits.")
    return key


def single_texts(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a form, refusing what came twice or is no plain text."""
    return {name: _text(name, value) for name, value in _singles(fields)}


def _singles(fields: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Go through the fields, refusing a name that came twice: which of the two was signed is anybody's guess."""
    several = getattr(fields, "getlist", None) or getattr(fields, "getall", None)
    for name in set(fields):
        values = list(several(name)) if several is not None else _as_list(fields[name])
        if len(values) != 1:
            raise SignatureError(
                f"the return carries {len(values)} values of {name!r}; do not trust it",
                reason="duplicate_field",
            )
        yield name, values[0]


def _as_list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _text(name: object, value: object) -> str:
    """Return a field's text, refusing what is no plain field.

    The signed text is not quoted, so that two different forms can have the same one: a payer could fold
    ``error_code`` into another field's name or value, where nobody looks for it.
    """
    if (
        not isinstance(name, str)
        or not isinstance(value, str)
        or not _NAME.fullmatch(name)
        or _FOLDED.search(value)
    ):
        raise SignatureError(
            "the return carries something else than plain text fields; do not trust it",
            reason="malformed_field",
        )
    return value


def _read(pairs: Mapping[str, str]) -> ReturnedOrder:
    if any("&" in pairs.get(name, "") for name in _DECIDING):
        raise SignatureError("the return carries a field within a field", reason="malformed_field")
    # `payment_status` in older copies of the documentation; it is signed under the name it came with.
    status = pairs.get("status") or pairs.get("payment_status")
    order_id = pairs.get("order_id")
    if not order_id or not status:
        raise SignatureError("the return names no order or no status", reason="missing_field")
    return ReturnedOrder(
        order_id=order_id,
        status=OrderStatus(status),
        error_code=pairs.get("error_code") or None,
        error_message=pairs.get("error_message") or None,
        fields=pairs,
    )
