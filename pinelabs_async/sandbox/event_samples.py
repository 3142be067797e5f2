"""A sample of every documented webhook event, shaped like the documentation's own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pinelabs_async.sandbox.gateway.shapes import stamp
from pinelabs_async.sandbox.state import Json

_AMOUNT: Final = {"value": 150000, "currency": "INR"}
_ADDRESS: Final = {
    "address1": "10 Downing Street Westminster London",
    "address2": "Oxford Street Westminster London",
    "address3": "Baker Street Westminster London",
    "pincode": "51524036",
    "city": "Westminster",
    "state": "Westminster",
    "country": "London",
}
_BUYER: Final = {
    "email_id": "kevin.bob@example.com",
    "first_name": "Kevin",
    "last_name": "Bob",
    "customer_id": "192212",
    "mobile_number": "9876543210",
    "billing_address": dict[str, str](),
    "shipping_address": _ADDRESS,
}
_FREE: Final = {"key1": "DD", "key2": "XOF"}
_ORDER_ID: Final = "v1-240828181232-aa-7cGcgo"
_DECLINED: Final = {
    "code": "PAYMENT_DECLINED",
    "message": "Transaction declined by Acquirer due to unknown reason",
}


def _times(at: str, changed: str = "updated_at") -> Json:
    return {"created_at": at, changed: at}


def _payment(at: str, status: str, **more: Any) -> Json:
    failed = status == "FAILED"
    return {
        "id": f"{_ORDER_ID}-cc-h",
        "merchant_payment_reference": "008cf04b-a770-4777-854e-b1e6c1230609",
        "status": status,
        "payment_amount": _AMOUNT,
        "payment_method": "CARD",
        "acquirer_data": {
            "approval_code": "" if failed else "831000",
            "acquirer_reference": "7248687871426329503954",
            "rrn": "" if failed else "424118053313",
            "is_aggregator": True,
        },
        **more,
        **_times(at),
    }


def _card() -> Json:
    return {
        "card_data": {
            "card_type": "CREDIT",
            "network_name": "VISA",
            "issuer_name": "NONE",
            "product_name": "",
            "card_category": "CONSUMER",
            "country_code": "IND",
            "token_txn_type": "ALT_TOKEN",
        }
    }


def _capture(at: str) -> Json:
    return {
        "merchant_capture_reference": "2a2ef9cd-6edd-4df0-8c26-d2e81249ac4d",
        "capture_amount": _AMOUNT,
        "created_at": at,
    }


def _order(at: str, merchant_id: str, *, status: str, pre_auth: bool = False, **payment: Any) -> Json:
    paid = payment.pop("paid", status)
    return {
        "order_id": _ORDER_ID,
        "merchant_order_reference": "8e9b80ea-49c3-4d3e-860b-057890d2fd73",
        "type": "CHARGE",
        "status": status,
        "callback_url": "https://sample-callback-url",
        "failure_callback_url": "https://failure.callback.com",
        "merchant_id": merchant_id,
        "order_amount": _AMOUNT,
        "pre_auth": pre_auth,
        "notes": "order1",
        "purchase_details": {"customer": _BUYER, "merchant_metadata": _FREE},
        "payments": [_payment(at, paid, payment_option=_card(), **payment)],
        **_times(at),
        "integration_mode": "SEAMLESS",
    }


def _captured(at: str, merchant_id: str, *, status: str) -> Json:
    return _order(at, merchant_id, status=status, pre_auth=True, capture_data=[_capture(at)])


def _refund(at: str, merchant_id: str, *, status: str) -> Json:
    return {
        "order_id": "v1-240828181713-aa-hNlYwt",
        "parent_order_id": _ORDER_ID,
        "merchant_order_reference": "18c693c4-27ce-444d-a040-9dc3dcc06213",
        "type": "REFUND",
        "status": status,
        "merchant_id": merchant_id,
        "order_amount": _AMOUNT,
        "pre_auth": False,
        "notes": "order1",
        "purchase_details": {"customer": _BUYER, "merchant_metadata": _FREE},
        "payments": [_payment(at, status, id="v1-240828181713-aa-hNlYwt-cc-K")],
        **_times(at),
        "integration_mode": "SEAMLESS",
    }


def _customer(at: str, _merchant_id: str, *, status: str, **reason: Any) -> Json:
    customer = {
        "customer_id": "cust-v1-0811030624-aa-RBDgpR",
        "merchant_customer_reference": "12345ABC",
        "first_name": "Kevin",
        "last_name": "Bob",
        "country_code": "91",
        "mobile_number": "9876543210",
        "email_id": "kevin.bob@example.com",
        "billing_address": _ADDRESS,
        "shipping_address": _ADDRESS,
        "gstin": "27ABCDE1234F2Z5",
        "merchant_metadata": _FREE,
        "status": status,
        **reason,
        **_times(at),
    }
    return {"customer": customer}


def _token(at: str, _merchant_id: str, *, status: str, reason: str | None = None, **failure: Any) -> Json:
    token = {
        "merchant_payment_reference": "payment-v1-0811030624",
        "token_id": "token-v1-0811030624-aa-RBDgpR",
        "merchant_token_reference": "",
        "customer_id": "cust-v1-0811030624-aa-RBDgpR",
        "status": status,
        "payment_method": "CARD",
        "expired_at": at,
        "status_reason": reason,
        **failure,
        "merchant_metadata": _FREE,
        "card_data": {
            "last4_digit": "2363",
            "card_type": "CREDIT",
            "network_name": "VISA",
            "issuer_name": "HDFC",
            "card_category": "Consumer",
            "country_code": "IND",
            "international": False,
            "emi": True,
            "cvv_required": False,
        },
        "is_compliant": True,
        **_times(at),
    }
    return {"token": token}


def _subscription(at: str, _merchant_id: str, *, status: str) -> Json:
    plan = {
        "plan_id": "v1-plan-4405071524-aa-qlAtAf",
        "plan_name": "Monthly Plan",
        "plan_description": "Sample monthly plan description",
        "frequency_count": 1,
        "frequency": "Month",
        "amount": _AMOUNT,
        "max_limit_amount": _AMOUNT,
        "trial_period_in_days": 1,
        "start_date": at,
        "end_date": at,
        "merchant_metadata": _FREE,
        "merchant_order_reference": "1234567890",
        **_times(at, "modified_at"),
    }
    subscription = {
        "subscription_id": "v1-sub-4405071524-aa-qlAtAf",
        "merchant_order_reference": "1234567890",
        "enable_notification": True,
        "plan_details": plan,
        "quantity": 1,
        "start_date": at,
        "end_date": at,
        "customer_id": "123456",
        "payment_mode": ["UPI"],
        "integration_mode": "SEAMLESS",
        "merchant_metadata": _FREE,
        "status": status,
        "bank_account": {
            "account_number": "XXXXXXXXXXX2345",
            "name": "Test Customer",
            "ifsc": "HDFC0000001",
        },
        **_times(at, "modified_at"),
    }
    return {"subscription": subscription}


def _failure(source: str, step: str, reason: str) -> Json:
    return {
        "code": "INVALID_REQUEST",
        "message": "Request is not well-formed, syntactically incorrect, or violates schema",
        "additional_error_details": {"source": source, "step": step, "reason": reason, "metadata": {}},
    }


_UNFIT: Final = "card is not eligible for tokenisation"

SAMPLES: Final[Mapping[str, tuple[Callable[..., Json], Json]]] = {
    "ORDER_AUTHORIZED": (_order, {"status": "AUTHORIZED", "pre_auth": True}),
    "ORDER_PROCESSED": (_captured, {"status": "PROCESSED"}),
    "ORDER_CANCELLED": (_order, {"status": "CANCELLED"}),
    "ORDER_FAILED": (_order, {"status": "FAILED", "error_detail": _DECLINED}),
    "PAYMENT_FAILED": (_order, {"status": "ATTEMPTED", "paid": "FAILED", "error_detail": _DECLINED}),
    "REFUND_PROCESSED": (_refund, {"status": "PROCESSED"}),
    "REFUND_FAILED": (_refund, {"status": "FAILED"}),
    "CUSTOMER_ACTIVATED": (_customer, {"status": "ACTIVE"}),
    "CUSTOMER_DELETED": (_customer, {"status": "DELETED", "status_reason": "customer deleted via dashboard"}),
    "CUSTOMER_SUSPENDED": (_customer, {"status": "SUSPENDED", "status_reason": "suspended via dashboard"}),
    "CUSTOMER_CREATION_FAILED": (
        _customer,
        {
            "status": "FAILED",
            "status_reason": "invalid_data",
            "failure_reason": _failure("internal", "creation", "invalid_data"),
        },
    ),
    "TOKEN_ACTIVATED": (_token, {"status": "ACTIVE"}),
    "TOKEN_DEACTIVATED": (_token, {"status": "DEACTIVATED", "reason": "card stolen"}),
    "TOKEN_SUSPENDED": (_token, {"status": "SUSPENDED", "reason": "card lost"}),
    "TOKEN_PROVISION_FAILED": (
        _token,
        {
            "status": "FAILED",
            "reason": _UNFIT,
            "failure_reason": _failure("network", "token_provision", _UNFIT),
        },
    ),
    "SUBSCRIPTION_ACTIVATED": (_subscription, {"status": "ACTIVE"}),
    # The documentation's own samples name CREATED and INACTIVE here.
    "SUBSCRIPTION_PENDING": (_subscription, {"status": "CREATED"}),
    "SUBSCRIPTION_HALTED": (_subscription, {"status": "INACTIVE"}),
    "SUBSCRIPTION_PAUSED": (_subscription, {"status": "PAUSED"}),
    "SUBSCRIPTION_RESUMED": (_subscription, {"status": "RESUMED"}),
    "SUBSCRIPTION_COMPLETED": (_subscription, {"status": "COMPLETED"}),
    "SUBSCRIPTION_CHARGED": (_subscription, {"status": "ACTIVE"}),
    # Of these four no sample is published: the shape is that of the others, the status the likely one.
    "SUBSCRIPTION_CANCELLED": (_subscription, {"status": "CANCELLED"}),
    "SUBSCRIPTION_REVOKE_FAILED": (_subscription, {"status": "ACTIVE"}),
    "SUBSCRIPTION_UPDATED": (_subscription, {"status": "ACTIVE"}),
    "SUBSCRIPTION_UPDATE_FAILED": (_subscription, {"status": "ACTIVE"}),
}
"""By event: what makes its `data`, and what is particular to it."""


def sample(event_type: str, *, merchant_id: str, at: datetime) -> Json:
    """Return the `data` of a sample event."""
    make, particular = SAMPLES[event_type]
    return make(stamp(at), merchant_id, **particular)


def beside(event_type: str, *, merchant_id: str, event_id: str) -> Json:
    """Return the members that stand next to `data`; only the samples of subscriptions have some."""
    if event_type.startswith("SUBSCRIPTION_"):
        return {"event_id": event_id, "merchant_id": merchant_id}
    return {}
