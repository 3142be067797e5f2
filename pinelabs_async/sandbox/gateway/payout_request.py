"""What a new payout must say, whether it comes alone or as a row of a file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

from pinelabs_async.sandbox import checks
from pinelabs_async.sandbox.gateway.payout_object import MODES, Payee
from pinelabs_async.sandbox.problems import Refusal, invalid
from pinelabs_async.sandbox.state import Json

_FORMS: Final[Mapping[str, str]] = {
    "clientReferenceId": r"\S{1,40}",
    "payeeName": r"[A-Za-z ]{1,40}",
    "mode": "|".join(MODES),
    "remarks": r"[A-Za-z0-9 -]{1,50}",
    "accountNumber": r"[0-9]{9,18}",
    "branchCode": r"[A-Z]{4}0[A-Z0-9]{1,6}",
    "vpa": r".+",
    "email": r"[^@\s]+@[^@\s]+",
    "phone": r"[0-9]{10}",
}
_ALWAYS: Final = ("clientReferenceId", "payeeName", "mode", "remarks")
_BANK: Final = ("accountNumber", "branchCode")
_CONTACT: Final = ("vpa", "email", "phone")
COLUMNS: Final = (*_FORMS, "amount")
_SHOWN_DIGITS: Final = 4


def read_payee(body: Json) -> Payee:
    """Return whom to pay, or refuse what is missing or ill-formed."""
    given = {name: text for name in _FORMS if (text := checks.optional_text(body, name)) is not None}
    for name in (*_ALWAYS, *(("vpa",) if given.get("mode") == "UPI" else _BANK)):
        if not given.get(name):
            invalid(f"{name} is missing or empty")
    for name, text in given.items():
        if not re.fullmatch(_FORMS[name], text, re.IGNORECASE if name == "branchCode" else 0):
            invalid(f"{name} is ill-formed")
    amount = checks.amount(body, "amount")
    if amount.currency != "INR":
        invalid("amount must be in INR")
    account = given.get("accountNumber")
    return Payee(
        reference=given["clientReferenceId"],
        name=given["payeeName"],
        amount=amount,
        mode=given["mode"],
        remarks=given["remarks"],
        account_number=account and account[-_SHOWN_DIGITS:].rjust(len(account), "*"),
        branch_code=given.get("branchCode"),
        contact={name: given[name] for name in _CONTACT if name in given},
    )


def read_file(text: str) -> Sequence[Payee]:
    """Return whom a file wants paid: CSV with a header, one row a payout.

    The vendor publishes no layout. This one is the sandbox's own: the columns are the members of a single
    payout by their names, in any order, a cell that does not apply is left empty or its column out, and
    ``amount`` is a whole number of paisa in INR.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        unknown = sorted(set(reader.fieldnames or ()) - set(COLUMNS))
        rows = list(reader)
    except csv.Error as error:
        raise Refusal("INVALID_REQUEST", "file is not CSV") from error
    if unknown or not rows:
        invalid(f"file needs a header out of {', '.join(COLUMNS)} and at least one row")
    return [_read_row(number, row) for number, row in enumerate(rows, start=1)]


def _read_row(number: int, row: Mapping[str | None, str | None]) -> Payee:
    if None in row:
        invalid(f"row {number}: more cells than columns")
    body: Json = {name: cell for name, cell in row.items() if name is not None and cell}
    amount = body.pop("amount", "")
    if re.fullmatch(r"[0-9]{1,9}", amount):
        body["amount"] = {"value": int(amount), "currency": "INR"}
    try:
        return read_payee(body)
    except Refusal as refusal:
        raise Refusal(refusal.code, f"row {number}: {refusal.message}") from refusal
