"""What is asked of both SDKs: for each shared operation the ids of its path, its bodies and its query, as plain data."""

import json
from datetime import datetime
from pathlib import Path

import attrs

from tests.api.sample_table import BODIES

DATA = Path(__file__).parents[1] / "data"
RECORDED = {row["call"]: row for row in json.loads((DATA / "operations.json").read_text())}
SHARED = {name: row["sdk_method"] for name, row in RECORDED.items() if row.get("in_official_sdk")}
"""The operations that both have, with the official SDK's name."""

AMOUNT = {"value": 1000, "currency": "INR"}
MOMENT = "2026-12-01T10:00:00Z"
ADDRESS = {
    "address1": "1 Road", "address2": "2 Lane", "address3": "3 Square", "pincode": "110001",
    "city": "Delhi", "state": "Delhi", "country": "India", "full_name": "A B",
    "address_type": "HOME", "address_category": "billing",
}  # fmt: skip
OWN_BODIES = {
    "customers.update": {
        "merchant_customer_reference": "c-1",
        "first_name": "A",
        "last_name": "B",
        "country_code": "91",
        "mobile_number": "9999999999",
        "email_id": "a@example.com",
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "status": "SUSPENDED",
    },
    "reserve_pay.debit": {
        "due_date": MOMENT,
        "amount": AMOUNT,
        "merchant_presentation_reference": "p-1",
    },
    "orders.create": {
        "merchant_order_reference": "o-1",
        "order_amount": AMOUNT,
        "pre_auth": True,
        "allowed_payment_methods": ["CARD", "UPI", "POINTS", "NETBANKING", "WALLET"],
        "notes": "n",
        "callback_url": "https://shop.example/back",
        "failure_callback_url": "https://shop.example/failed",
        "purchase_details": {
            "customer": {
                "email_id": "a@example.com", "first_name": "A", "last_name": "B", "customer_id": "c",
                "mobile_number": "9999999999", "country_code": "91",
                "billing_address": ADDRESS, "shipping_address": ADDRESS,
            },
            "merchant_metadata": {"key1": "DD", "camelKey": "kept"},
        },
        "cart_coupon_discount_amount": AMOUNT,
    },
    "payouts.create": {
        "clientReferenceId": "p-1", "payeeName": "A B", "accountNumber": "123456789",
        "branchCode": "HDFC0000001", "email": "a@example.com", "phone": "9999999999",
        "amount": AMOUNT, "mode": "NEFT", "remarks": "r",
    },
}  # fmt: skip
"""Bodies of our own, with every field that the documentation names: where there is no sample, or a fuller one helps."""

MOMENTS = datetime.fromisoformat("2026-10-01T00:00:00+00:00"), datetime.fromisoformat(MOMENT)
BEYOND = {
    "pay-by-points/get-payment-option-upi-vpa.request.json": "it demands the order's details, which this body has not",
}
"""Published bodies that the official SDK cannot send at all, and why."""
QUERIES = {
    "customers.find": {
        "country_code": "91", "mobile_number": "9999999999", "merchant_customer_reference": "c 1&2",
    },
    "payouts.list": {
        "payment_reference_id": "p", "client_reference_id": "c", "request_reference_id": "r",
        "bank_transaction_reference_id": "b", "mode": "IMPS", "status": "SUCCESS",
        "date_from": MOMENTS[0], "date_to": MOMENTS[1], "count": 20,
    },
    "plans.list": {
        "plan_id": "v1-plan", "start_date": MOMENTS[0], "end_date": MOMENTS[1], "amount": 100,
        "amount_range": "isMore", "frequency": "Month", "size": 20, "sort": "id,asc",
    },
    "presentations.list": {"size": 20, "sort": "cycleId,desc"},
    "settlements.list": {
        "start_date": datetime(2026, 10, 1), "end_date": datetime(2026, 11, 1, 23, 59, 59), "per_page": 20,  # noqa: DTZ001  # settlement times have no zone
    },
    "settlements.get": {"per_page": 20},
    "subscriptions.list": {
        "plan_id": "v1-plan", "status": "ACTIVE", "amount": 100, "amount_range": "isLess",
        "start_date": MOMENTS[0], "end_date": MOMENTS[1], "size": 20, "sort": "id,asc", "frequency": "Month",
    },
}  # fmt: skip
"""Filters of listings and look-ups, by the names that both SDKs give them."""


@attrs.frozen
class Row:
    """One call to be made by both."""

    name: str
    body: object = None
    sample: str = ""

    def __str__(self):
        return f"{self.name} {self.sample}".strip()


def rows():
    """Yield every call: each shared operation once, or once a body."""
    for name in SHARED:
        samples = [sample for sample, operation in BODIES.items() if operation == name]
        for sample in samples:
            if sample in BEYOND:
                continue
            yield Row(name, json.loads((DATA / "examples" / sample).read_text()), sample.partition("/")[2])
        if name in OWN_BODIES:
            yield Row(name, OWN_BODIES[name], "full")
        elif not samples:
            yield Row(name)


UNTYPED = {
    "affordability.discover_cardless_offers create-cardless-offer-discovery-legacy.request.json": "the older name of a member",
    "affordability.validate_offer offer-validation-create.request.json": "its amounts are texts, the gateway's are numbers",
    "checkout.create generate-checkout-link-default-mode.request.json": "a reference of digits",
    "checkout.create generate-checkout-link-iframe.request.json": "a reference of digits",
    "orders.create create-order-tpv.request.json": "a reference of digits",
    "payments.create create-payment-card-and-points.request.json": "it demands a reference of points",
    "payments.create create-payment-card-network-token.request.json": "it demands a reference",
    "payments.create create-payment-card-with-convenience-fee.request.json": "it demands a reference",
    "payments.create create-payment-cardless-emi-with-offer-legacy.request.json": "the older name of a member",
    "payments.create create-payment-debit-emi.request.json": "its offers are texts, the gateway's are lists",
    "plans.create create-plan.request.json": "its auto_debit_ot is a text, the gateway's is true or false",
}
"""Published bodies that the official SDK's own classes refuse, and why; it is handed the plain data instead."""

REFERENCE = "a payment without a reference is given one, for without it nobody could look it up"
SUBSCRIPTION = "the published body names the subscription as well as the path; theirs has it in the path only"
FIRST_PAGE = "the number of the first page is said, not left to a default that differs by listing"
INTENDED = {
    "payments.create": {
        "$.payments[0].merchant_payment_reference": REFERENCE,
        "$.payments[1].merchant_payment_reference": REFERENCE,
    },
    "payments.authorize": {
        "$.acquirer_payment_details": "the official SDK has Apple Pay only, not decoupled authorisation",
        "$.authentication_type": "the official SDK has Apple Pay only, not decoupled authorisation",
    },
    "payouts.create_bulk": {
        "$": "the documented form field has the file itself; theirs makes base64 of bytes"
    },
    "payouts.list": {"?.page": FIRST_PAGE},
    "settlements.list": {
        "?.page": FIRST_PAGE,
        "?.start_date": "documented without a zone",
        "?.end_date": "documented without a zone",
    },
    "presentations.create": {"$.subscription_id": SUBSCRIPTION},
    "reserve_pay.debit": {"$.subscription_id": SUBSCRIPTION},
    "presentations.execute": {
        "$.subscription_id": "an older guide's body; theirs has no such argument",
        "$.due_date": "an older guide's body; theirs has no such argument",
        "$.amount": "an older guide's body; theirs has no such argument",
    },
    "orders.create": {
        "$.merchant_order_reference": "a reference is a text, also where a sample shows a number",
    },
    "checkout.create": {
        "$.merchant_order_reference": "a reference is a text, also where a sample shows a number",
    },
}
"""What differs on purpose: by operation and place (``?`` is the query, ``$`` the body), with the reason."""
