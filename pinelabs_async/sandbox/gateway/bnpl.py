"""Buy now, pay later: whether a payer may."""

import re
from datetime import date, timedelta
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Json

# Only LAZYPAY is in the reference; the documentation speaks of the other two.
_CODES: Final = ("LAZYPAY", "SIMPL", "SIMPL3")
_DEVICE: Final = (
    "source_ip_address",
    "browser_ip_address",
    "browser_user_agent",
    "device_model",
    "device_manufacturer",
)
_SYSTEMS: Final = (None, "ANDROID", "IOS", "MACOS", "WINDOWS")
# The sandbox's own: what everybody may pay later at once, in paisa, and who may not.
LIMIT: Final = 1_000_000
NO_CREDIT: Final = "9000000000"
_PARTS: Final = 3


def check_eligibility(call: Call) -> Json:
    """Tell whether a payer may pay an amount later, and in which parts."""
    mobile = checks.required_text(call.body, "mobile")
    if not re.fullmatch("[0-9]{10}", mobile):
        invalid("mobile must have 10 digits")
    code = checks.required_text(call.body, "pay_code")
    if code not in _CODES:
        invalid(f"pay_code must be one of {', '.join(_CODES)}")
    amount = checks.amount(call.body, "amount").value
    email = checks.optional_text(call.body, "email")
    if email and not re.fullmatch(r"[A-Za-z0-9+_.@-]{1,50}", email):
        invalid("email must have at most 50 characters out of A-Z, a-z, 0-9, +, _, ., - and @")
    _check_device(call.body, required=code != "LAZYPAY")
    limit = 0 if mobile == NO_CREDIT else LIMIT
    metadata: Json = {"credit_limit_available_in_paise": str(limit)}
    if code == "SIMPL3" and amount <= limit:
        metadata["installments"] = _parts(amount, call.state.clock.now().date())
    return {"txn_eligibility": amount <= limit, "metadata": metadata}


def _check_device(body: Json, *, required: bool) -> None:
    device = (checks.required_object if required else checks.optional_object)(body, "device_info")
    if device is None:
        return
    for name in _DEVICE:
        checks.optional_text(device, name)
    if device.get("operating_system") not in _SYSTEMS:
        invalid("operating_system must be ANDROID, IOS, MACOS or WINDOWS")


def _parts(amount: int, today: date) -> list[Json]:
    """Return three parts as a published sample has them: the odd paisa first; today, in 21 days, a month later."""
    third, odd = divmod(amount, _PARTS)
    second = today + timedelta(days=21)
    due = (today, second, _next_month(second))
    return [
        {"serial_no": number, "amount_in_paise": third + (number <= odd), "due_date": day.isoformat()}
        for number, day in enumerate(due, start=1)
    ]


def _next_month(day: date) -> date:
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


ROUTES: Final = (
    Route("bnpl.check_eligibility", "POST", "/api/payment-option/eligibility/bnpl", check_eligibility),
)
