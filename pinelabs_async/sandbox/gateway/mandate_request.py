"""Reading what plans, subscriptions and debits are asked with, and refusing as their pages say."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.call import Call, Reply
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Json

PREFIX: Final = "/ps/api/v1/public"
_IFSC: Final = re.compile(r"[A-Z0-9]{11}")


def refusing(handler: Callable[[Call], Reply], *documented: int) -> Callable[[Call], Reply]:
    """Let an operation refuse with the statuses that it is documented with: with the first where there is another."""

    def handle(call: Call) -> Reply:
        try:
            return handler(call)
        except Refusal as refusal:
            if refusal.status in documented:
                raise
            raise Refusal(
                refusal.code, refusal.message, status=documented[0], details=refusal.details
            ) from refusal

    return handle


def new_id(call: Call, kind: str) -> str:
    """Return an id in the form of this group: `v1-pla-`, `v1-sub-` and so on."""
    return f"v1-{kind}-{call.state.new_order_id().removeprefix('v1-')}"


def written(at: datetime) -> str:
    """Return a time as this group writes it: UTC, as many digits of a second as it has, `Z`."""
    return f"{at.replace(tzinfo=None).isoformat()}Z"


def as_time(text: str, name: str) -> datetime:
    """Read a time of a body or a query."""
    try:
        at = datetime.fromisoformat(text)
        # A naive time is none; on the edges of the calendar there is no such time in UTC.
        return at.astimezone(UTC) if at.tzinfo else invalid(f"{name} must have a time zone")
    except (ValueError, OverflowError):
        invalid(f"{name} must be an ISO 8601 time")


def optional_time(body: Json, name: str) -> datetime | None:
    """Return a member that is a time, None where it is missing or null."""
    text = checks.optional_text(body, name)
    return None if text is None else as_time(text, name)


def required_time(body: Json, name: str) -> datetime:
    """Return a member that is a time."""
    return as_time(checks.required_text(body, name), name)


def optional_count(body: Json, name: str, *, least: int, most: int) -> int | None:
    """Return a member that is a whole number, None where it is missing or null."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        invalid(f"{name} must be a whole number from {least} to {most}")
    return value


def optional_limited(body: Json, name: str, longest: int) -> str | None:
    """Return a member that is a text of limited length, None where it is missing or null."""
    text = checks.optional_text(body, name)
    if text is not None and len(text) > longest:
        invalid(f"{name} takes at most {longest} characters")
    return text


def required_limited(body: Json, name: str, longest: int) -> str:
    """Return a member that is a text of limited length and not empty."""
    return optional_limited(body, name, longest) or invalid(f"{name} is missing or empty")


def one_of(value: str, name: str, choices: Sequence[str]) -> str:
    """Return a text that is one of a few."""
    return value if value in choices else invalid(f"{name} must be one of {', '.join(choices)}")


def methods(body: Json, known: Sequence[str]) -> list[str]:
    """Return the payment methods that are allowed: UPI where none is named."""
    named = body.get("allowed_payment_methods")
    if named is None:
        return ["UPI"]
    if not isinstance(named, list) or not all(method in known for method in cast("list[object]", named)):
        invalid("Payment method is missing/invalid")
    # Others are documented as values, and only this one as working.
    if "UPI" not in named:
        raise Refusal("PAYMENT_METHOD_NOT_ENABLED")
    return cast("list[str]", named)


def bank_account(body: Json) -> Json:
    """Return the account of third-party validation: all of its members, or none of them."""
    given = checks.optional_object(body, "bank_account")
    if given is None:
        return dict.fromkeys(("account_number", "name", "ifsc"))
    told: Json = {
        "account_number": required_limited(given, "account_number", 50),
        "name": checks.required_text(given, "name"),
        "ifsc": checks.required_text(given, "ifsc"),
    }
    if not _IFSC.fullmatch(told["ifsc"]):
        invalid("ifsc must have 11 characters out of A-Z and 0-9")
    return told
