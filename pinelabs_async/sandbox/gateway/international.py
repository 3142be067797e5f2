"""Currency Conversion and Compute TCS.

The rates are fixed: US dollar to rupee is the published sample's, the others are the sandbox's own.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Final

from pinelabs_async.sandbox import checks, magic
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.problems import Refusal, invalid, not_allowed
from pinelabs_async.sandbox.state import Amount, Json, Merchant, Order

# Numeric code of ISO 4217: rupees for one, and decimal places.
_CURRENCIES: Final[Mapping[str, tuple[Fraction, int]]] = {
    "356": (Fraction(1), 2),  # INR
    "840": (Fraction("86.74531575294934"), 2),  # USD
    "978": (Fraction("101.25"), 2),  # EUR
    "826": (Fraction("117.50"), 2),  # GBP
    "784": (Fraction("23.62"), 2),  # AED
    "392": (Fraction("0.59"), 0),  # JPY
    "048": (Fraction("230.10"), 3),  # BHD
}
TCS_PER_CENT: Final = 20
TCS_THRESHOLD: Final = 100_000_000
"""Paisa a financial year that are not taxed, unless the payer declares it: INR 10 lakh."""


def convert_currency(call: Call) -> Json:
    """Convert an amount in the smallest unit of one currency into that of another, rounded down."""
    body = call.body
    checks.required_text(body, "bank_code")
    source, dest = (_currency(body, name) for name in ("source_currency", "dest_currency"))
    given = checks.required_text(body, "transaction_amount")
    if not re.fullmatch("[0-9]{1,12}", given) or int(given) < 1:
        invalid("transaction_amount must be a text of digits, the amount in the smallest unit")
    from_one, from_places = _CURRENCIES[source]
    to_one, to_places = _CURRENCIES[dest]
    rate = from_one / to_one
    return {
        "source_currency": source,
        "dest_currency": dest,
        "invoice_id": checks.required_text(body, "invoice_id"),
        "conversion_rate": float(rate),
        "converted_amount": int(int(given) * rate * Fraction(10) ** (to_places - from_places)),
        "transaction_amount": given,
        "converted_exponent": to_places,
    }


def compute_tcs(call: Call) -> Json:
    """Tell the tax collected at source on an import order of flow type LRS."""
    order = call.merchant.orders.get(checks.required_text(call.body, "order_id"))
    amount = checks.amount(call.body, "amount", least=1)
    declared = checks.flag(call.body, "is_tcs_declared")
    if amount.currency != "INR":
        invalid("amount must be in INR")
    if order is None:
        raise Refusal("ORDER_NOT_FOUND")
    if flow_type(order) != "LRS":
        not_allowed("the order is not one for imports of flow type LRS (merchant_metadata.flow_type)")
    paid = 0 if declared else _paid_this_year(call.merchant, call.state.clock.now())
    untaxed = 0 if declared else max(TCS_THRESHOLD - paid, 0)
    tax = max(amount.value - untaxed, 0) * TCS_PER_CENT // 100
    return {
        "tcs_applicable": tax > 0,
        "tcs_rate": str(TCS_PER_CENT if tax else 0),
        "original_amount": amount.as_json(),
        "computed_amount": Amount(amount.value + tax, amount.currency).as_json(),
        "slab_id": "sandbox-flat" if declared else "sandbox-threshold",
        "is_flat_rate": declared,
    }


def flow_type(order: Order) -> str | None:
    """Return what kind of import an order is, None for any other order."""
    notes: Json = order.shown.get("purchase_details", {}).get("merchant_metadata") or {}
    found = notes.get("flow_type")
    return str(found) if magic.is_magic("flow_type", found) else None


def _currency(body: Json, name: str) -> str:
    code = checks.required_text(body, name)
    if code not in _CURRENCIES:
        invalid(f"{name} must be the numeric ISO 4217 code of a known currency")
    return code


def financial_year(at: datetime) -> int:
    """Return the year in which the financial year of a moment began, in April."""
    return at.year if at.month >= 4 else at.year - 1


def _paid_this_year(merchant: Merchant, now: datetime) -> int:
    """Return the paisa of import orders paid in this financial year."""
    return sum(
        order.captured
        for order in merchant.charges.values()
        if flow_type(order) == "LRS" and financial_year(order.updated_at) == financial_year(now)
    )


ROUTES: Final = (
    Route("international.convert_currency", "POST", "/api/conversion/mcc", convert_currency),
    Route("international.compute_tcs", "POST", "/api/v1/tcs/compute", compute_tcs),
)
