"""What is asked of both SDKs: for each shared operation the ids of its path, its bodies and its query, as plain data."""

import json
import re
from datetime import datetime
from pathlib import Path

import attrs

from tests.api.sample_table import BODIES as SAMPLES
from tests.api.test_documented_fields import BODIES as DOCUMENTED
from tests.differential import official

DATA = Path(__file__).parents[1] / "data"
RECORDED = {row["call"]: row for row in json.loads((DATA / "operations.json").read_text())}
SHARED = {name: row["sdk_method"] for name, row in RECORDED.items() if row.get("in_official_sdk")}
"""The operations that both have, with the official SDK's name."""

FIRST, LAST = datetime.fromisoformat("2026-10-01T00:00:00Z"), datetime.fromisoformat("2026-12-01T10:00:00Z")
QUERIES = {
    "customers.find": {
        "country_code": "91",
        "mobile_number": "9999999999",
        "merchant_customer_reference": "c 1&2",
    },
    "payouts.list": {
        "payment_reference_id": "p",
        "client_reference_id": "c",
        "request_reference_id": "r",
        "bank_transaction_reference_id": "b",
        "mode": "IMPS",
        "status": "SUCCESS",
        "date_from": FIRST,
        "date_to": LAST,
        "count": 20,
    },
    "plans.list": {
        "plan_id": "v1-plan",
        "start_date": FIRST,
        "end_date": LAST,
        "amount": 100,
        "amount_range": "isMore",
        "frequency": "Month",
        "size": 20,
        "sort": "id,asc",
    },
    "presentations.list": {"size": 20, "sort": "cycleId,desc"},
    "settlements.list": {
        "start_date": FIRST.replace(tzinfo=None),  # settlement times have no zone
        "end_date": LAST.replace(tzinfo=None),
        "per_page": 10,
    },
    "settlements.get": {"per_page": 10},
    "subscriptions.list": {
        "plan_id": "v1-plan",
        "status": "ACTIVE",
        "amount": 100,
        "amount_range": "isLess",
        "start_date": FIRST,
        "end_date": LAST,
        "size": 20,
        "sort": "id,asc",
        "frequency": "Month",
    },
}
"""Filters of listings and look-ups, by the names that both SDKs give them."""
EVERYTHING = "every field of the official SDK"
FILES = {"payouts.create_bulk": {"file": b"account,amount\n1,2 + 3\n"}}
TENDERS = {
    "card_details": "CREDIT_EMI",
    "card_token_details": "DEBIT_EMI",
    "cardless_details": "CARDLESS_EMI",
    "points_card_details": "POINTS",
    "bnpl_details": "BNPL",
}
"""The payment method that each option of a payment goes with; only the EMI ones take an offer."""


@attrs.frozen
class Row:
    """One call to be made by both."""

    name: str
    sample: str = ""
    body: dict = attrs.field(factory=dict)

    def __str__(self):
        return f"{self.name}: {self.sample}"

    @property
    def ids(self):
        """An id for each place in the path; where the body names the subscription too, the same."""
        places = re.findall(r"\{(\w+)\}", RECORDED[self.name]["path"])
        return [self.body.get(place, f"{place}-1") for place in places]

    @property
    def query(self):
        """The filters."""
        return QUERIES.get(self.name, {})


def rows_of(name):
    """Return each call to be made of one operation: one a body, or the one that has none."""
    bodies = [
        (file, json.loads((DATA / "examples" / file).read_text()))
        for file, operation in SAMPLES.items()
        if operation == name
    ]
    bodies += [(told, body) for told, (operation, body) in DOCUMENTED.items() if operation == name]
    if name in FILES:
        bodies.append(("a file", FILES[name]))
    elif everything := full_body(name):
        bodies.append((EVERYTHING, everything))
    return [Row(name, *body) for body in bodies] or [Row(name)]


def full_body(name):
    """Return a body with every field that the official SDK declares; a payment for each option that it knows."""
    operation = RECORDED[name]
    if operation["method"] == "GET":
        return {}
    body = official.full_body(operation["sdk_method"], ids=operation["path"].count("{"))
    if name == "payments.create":
        body["payments"] = [_pay(body["payments"][0], *tender) for tender in TENDERS.items()]
    return body


def _pay(payment, option, method):
    taken = {
        **payment,
        "payment_method": method,
        "payment_option": {option: payment["payment_option"][option]},
    }
    return taken if method.endswith("EMI") else {name: taken[name] for name in taken if name != "offer_data"}
