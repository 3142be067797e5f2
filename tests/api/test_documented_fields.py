"""Fields that the vendor's reference has and no recorded sample shows: each is a field of its class."""

import json

import pytest

from pinelabs_async import OPERATIONS, Offer, from_json, to_json
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.shape import Body
from tests.api.round_trip import LOSSLESS, differences, exact, parts_of

AMOUNT = {"value": 100, "currency": "INR"}
MOMENT = "2026-05-22T10:30:00Z"
ORDER = {"order_id": "v1-1", "status": "PENDING"}
CUSTOMER = {
    "customer_id": "cust-1",
    "first_name": "Kevin",
    "last_name": "Bob",
    "email_id": "kevin.bob@example.com",
    "mobile_number": "9876543210",
    "country_code": "91",
    "billing_address": {"address1": "10 Downing Street", "full_name": "Kevin Bob", "adddress_type": "Home"},
    "shipping_address": {"address_category": "shipping"},
    "is_edit_customer_details_allowed": True,
}
DEVICE = dict.fromkeys(
    (
        "operating_system",
        "source_ip_address",
        "browser_ip_address",
        "browser_user_agent",
        "device_model",
        "device_manufacturer",
        "device_type",
        "device_channel",
        "browser_type",
        "browser_accept_header",
        "browser_language",
        "browser_screen_height",
        "browser_screen_width",
        "browser_timezone",
        "browser_window_size",
        "browser_screen_color_depth",
        "browser_java_enabled_val",
        "browser_javascript_enabled_val",
    ),
    "x",
)
CARD = {
    "card_number": "4012001037141112",
    "name": "Kevin Bob",
    "cvv": "123",
    "expiry_month": "12",
    "expiry_year": "2030",
    "registered_mobile_number": "9876543210",
    "save": True,
}
TOKEN = {
    "token": "4000000000001091",
    "token_txn_type": "ALT_TOKEN",
    "cryptogram": "c",
    "last4_digit": "1091",
    "token_id": "token-v1-1",
    "diners_token_reference_id": "d",
    "diners_token_requester_merchant_id": "m",
}
SHARES = {party: {"amount": AMOUNT} for party in ("brand", "merchant", "issuer", "dealer")}
DISCOUNT = {
    "discount_type": "DEFERRED",
    "discount_string": "10 % off",
    "percentage": 10.5,
    "amount": AMOUNT,
    "max_amount": AMOUNT,
    "min_amount": AMOUNT,
    "breakup": SHARES,
    "discount_deferred_duration_value": 90,
    "discount_deferred_duration_type": "DAY",
}
OFFER_PARAMETERS = [{"program_type": "BRAND_EMI", "offer_id": "309", "offer_parameter_id": "20"}]
OFFER_PRODUCT = {
    "product_code": "redmi_1",
    "product_display_name": "Redmi Note 13 5G",
    "brand_id": "3",
    "brand_name": "Xiaomi",
    "product_offer_parameters": OFFER_PARAMETERS,
    "product_amount": AMOUNT,
    "product_coupon_discount_amount": AMOUNT,
    "subvention": {
        "subvention_type": "POST",
        "offer_type": "NO_COST",
        "percentage": 5,
        "amount": AMOUNT,
        "max_amount": AMOUNT,
        "min_amount": AMOUNT,
        "breakup": SHARES,
    },
    "discount": DISCOUNT,
    "interest_amount": AMOUNT,
    "interest_rate": 16,
    "cart_coupon_discount_product_share": AMOUNT,
    "downpayment_amount": AMOUNT,
    "after_downpayment_reduced_product_amount": AMOUNT,
    "bundle_id": "b",
    "product_imei": "",
}
FEE = dict.fromkeys(
    (
        "fee_amount",
        "tax_amount",
        "additional_fee_amount",
        "maximum_fee_amount",
        "applicable_fee_amount",
        "fee_calculated_on_amount",
        "subvented_fee_amount",
    ),
    AMOUNT,
)
TENURE = {
    "tenure_id": "1",
    "name": "3 Months",
    "tenure_type": "MONTH",
    "tenure_value": 3,
    "issuer_offer_parameters": OFFER_PARAMETERS,
    "details": [OFFER_PRODUCT],
    "discount": DISCOUNT,
    "auth_amount": AMOUNT,
    "loan_amount": AMOUNT,
    "total_discount_amount": AMOUNT,
    "net_payment_amount": AMOUNT,
    "monthly_emi_amount": AMOUNT,
    "total_emi_amount": AMOUNT,
    "interest_amount": AMOUNT,
    "total_subvention_amount": AMOUNT,
    "interest_rate_percentage": 16,
    "processing_fee_details": {"amount": AMOUNT, "percentage": 1.5},
    "processing_fee_amount": AMOUNT,
    "convenience_fee_breakdown": FEE,
    "cart_coupon_discount_amount": AMOUNT,
    "total_coupon_discount": AMOUNT,
    "total_down_payment_amount": AMOUNT,
    "downpayment_details": {"downpayment_amount": AMOUNT},
    "split_emi_display_name": "Split",
    "split_emi_amount": AMOUNT,
    "split_emi_percentage": 50,
    "emi_type": "NO_COST",
    "offer_ranking": 1,
    "is_mobile_number_required_for_eligibility": False,
    "is_offer_auto_applied": True,
}
LENDER = {"id": "6", "name": "HDFC CC", "display_name": "HDFC", "issuer_type": "CC_BANK", "priority": 1}
OFFER = {"offer_details": {**LENDER, "tenure": TENURE}}
SPLIT = {
    "split_type": "AMOUNT",
    "split_details": [
        {
            "split_merchant_id": "200001",
            "merchant_settlement_reference": "ref1",
            "amount": AMOUNT,
            "on_hold": True,
            "parent_order_split_settlement_id": "v1-1-ss-a",
            "status": "DO_NOT_RECOVER",
        }
    ],
}
NEW = {"merchant_order_reference": "ord-1", "order_amount": AMOUNT}


def tender(name, option, **more):
    return {
        "payments": [
            {
                "merchant_payment_reference": "pay-1",
                "payment_method": name,
                "payment_amount": AMOUNT,
                "payment_option": option,
                **more,
            }
        ]
    }


BODIES = {
    "order for another currency": (
        "orders.create",
        {
            **NEW,
            "is_mcc_transaction": "true",
            "base_amount": AMOUNT,
            "split_info": SPLIT,
            "purchase_details": {"customer": CUSTOMER, "split_info": SPLIT},
        },
    ),
    "payment by card": (
        "payments.create",
        tender("CARD", {"card_details": CARD}, device_info=DEVICE, risk_validation_details=CUSTOMER),
    ),
    "payment by token": ("payments.create", tender("CARD", {"card_token_details": TOKEN})),
    "payment by saved card": (
        "payments.create",
        tender(
            "CARD", {"card_token_details": {"token_id": "t", "cvv": "1", "token_txn_type": "NETWORK_TOKEN"}}
        ),
    ),
    "payment by UPI collect": (
        "payments.create",
        tender(
            "UPI",
            {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": "a@b", "account_type": "SAVINGS"}}},
            mandate_info={"request_type": "CREATE_MANDATE"},
        ),
    ),
    "payment by brand EMI": (
        "payments.create",
        tender("CREDIT_EMI", {"card_details": CARD}, offer_data=OFFER, convenience_fee_breakdown=FEE),
    ),
    "validation with UPI": (
        "affordability.validate_offer",
        {
            "payment_method": "CREDIT_EMI",
            "order_amount": AMOUNT,
            "payment_amount": AMOUNT,
            "payment_option": {"upi_details": {"txn_mode": "INTENT", "payer": {"phone_number": "91"}}},
            "offer_data": OFFER,
            "customer_details": {"customer_id": "cust-1"},
        },
    ),
    "discovery with down payment": (
        "affordability.discover_offers",
        {
            "order_amount": AMOUNT,
            "issuer": {"bin": "60100000", "id": "6", "name": "HDFC CC", "issuer_type": "CC_BANK"},
            "downpayment_details": {"downpayment_amount": AMOUNT},
            "payment_options": {"card_token_details": {"token": "t", "token_id": "i"}},
            "customer_details": {"customer_id": "cust-1"},
        },
    ),
    "refund of one product": (
        "refunds.create",
        {
            **NEW,
            "products": [
                {"product_code": "x", "product_amount": AMOUNT, "product_imei": "1", "imei_number": "1"}
            ],
            "split_info": SPLIT,
        },
    ),
    "reserve": (
        "reserve_pay.create",
        {
            "merchant_subscription_reference": "sub-1",
            "customer_id": "cust-1",
            "plan_details": {"reserve_amount": 1, "currency": "INR", "validity_days": 0, "description": "d"},
            "callback_url": "https://example.com",
            "expire_after": 3,
            "terms_accepted": True,
        },
    ),
    "wallets": ("brand_wallets.create", {"customers": [CUSTOMER]}),
}
ANSWERS = {
    "order with everything": (
        "orders.get",
        {
            **ORDER,
            "part_payment": False,
            "order_token": "t",
            "is_mcc_transaction": True,
            "is_domestic_txn_for_risk_enabled": True,
            "payments": [
                {
                    "id": "v1-1-up-a",
                    "status": "FAILED",
                    "base_amount": AMOUNT,
                    "conversion_rate": 86.74531575294934,
                    "payment_option": {
                        "upi_data": {
                            "txn_mode": "INTENT",
                            "payer": {"vpa": "a@b", "phone_number": "91", "account_type": "SAVINGS"},
                            "payee": {
                                "vpa": "m@b",
                                "reference_id": "174425",
                                "reference_type": "MERCHANT",
                                "acquirer_name": "HDFC",
                            },
                        },
                        "netbanking_data": {
                            "pay_code": "NB1531",
                            "txn_mode": "REDIRECT",
                            "registered_mobile_number": "91",
                        },
                        "wallet_data": {
                            "wallet_code": "APPLE_PAY",
                            "wallet_card_data": {"card_holder_name": "Kevin", "bin_min": "4", "bin_max": "5"},
                        },
                        "card_token_details": TOKEN,
                    },
                    "error_detail": {"code": "UNAUTHORIZED", "message": "Unknown Error"},
                    "additional_detail": {"source_ip": "52.66.76.63"},
                    "offer_data": OFFER,
                    "integration_mode": "SEAMLESS",
                }
            ],
        },
    ),
    "offers of a brand": (
        "affordability.discover_offers",
        {
            "issuers": [
                {
                    **LENDER,
                    "tenures": [TENURE],
                    "issuer_data": {
                        "otp_length": 6,
                        "auth_type": "PENNY_DROP",
                        "penny_transaction_amount": AMOUNT,
                        "pan_number_last_digit_count": 4,
                        "offer_validation_parameters_required": "x",
                    },
                }
            ]
        },
    ),
    "reserve": (
        "reserve_pay.get",
        {
            "subscription_id": "s",
            "order_id": "v1-1",
            "customer_id": "cust-1",
            "status": "ACTIVE",
            "start_date": MOMENT,
            "end_date": MOMENT,
            "currency": "INR",
            "total_blocked_amount": 3,
            "debited_amount": 1,
            "remaining_balance": 2,
        },
    ),
    "air waybills": (
        "awbs.list",
        {
            "order_id": "v1-1",
            "invoice_id": "i",
            "invoice_number": "n",
            "total": 2,
            "awb_mappings": [{"awb_id": "a", "status": "AWB_CAPTURED", "created_at": MOMENT}],
        },
    ),
    "wallet after a load": (
        "brand_wallets.load",
        {
            "total_balance_amount": AMOUNT,
            "notes": "x",
            "created_at": MOMENT,
            "native_currency": "INR",
            "buckets": [{"type": "CASH", "balance": 1, "payment_instruments": [{"anything": 1}]}],
        },
    ),
    "UPI address": (
        "points.balance",
        {"payment_method": "UPI", "payment_option_metadata": {"upi_payment_option_data": {"vpa": "a@b"}}},
    ),
}


@pytest.mark.parametrize(("operation", "told"), BODIES.values(), ids=BODIES)
def test_body(operation, told):
    """Every documented field of a body is a field of its class, and goes out as it came."""
    body = from_json(OPERATIONS[operation].body, json.dumps(told))
    assert [] == [part for part in parts_of(body) if isinstance(part, Body) and part.extra]
    assert [] == list(differences(exact(json.dumps(told)), exact(to_json(body))))


@pytest.mark.parametrize(("operation", "told"), ANSWERS.values(), ids=ANSWERS)
def test_answer(operation, told):
    """Every documented field of an answer is a field of its class."""
    envelope = OPERATIONS[operation].envelope
    content = json.dumps({envelope: told} if envelope else told).encode()
    answer = decode(OPERATIONS[operation].answer, content, envelope=envelope)
    changed = differences(exact(json.dumps(told)), exact(to_json(answer)))
    assert ((), []) == (answer.problems, [each for each in changed if each[1] not in LOSSLESS])


def test_a_lender_s_place_in_quotes():
    """The reference types the place of a lender as a text, its samples as a number; both are read as a number."""
    quoted = from_json(Offer, {**LENDER, "priority": "1"})
    assert (1, from_json(Offer, LENDER)) == (quoted.priority, quoted)


@pytest.mark.parametrize(("given", "sent"), [(True, "true"), (False, "false"), ("true", "true")])
def test_multi_currency_flag_goes_out_as_a_text(given, sent):
    """The gateway wants a text where everybody would give True."""
    order = from_json(OPERATIONS["orders.create"].body, {**NEW, "is_mcc_transaction": given})
    assert sent == exact(to_json(order))["is_mcc_transaction"]


def test_a_chosen_tenure_goes_back_as_it_came():
    """What discovery says of a tenure and this SDK does not model is kept, and sent with the payment."""
    tenure = {
        "tenure_id": "3",
        "name": "3 Months",
        "brand_new": {"x": [1, None], "rate": 1.50},
        "processing_fee_details": {"amount": AMOUNT, "slab": "B"},
    }
    found = decode(
        OPERATIONS["affordability.discover_offers"].answer,
        json.dumps({"issuers": [{"id": "1", "issuer_type": "CC_EMI", "tenures": [tenure]}]}).encode(),
    )
    chosen = Offer(id="1", tenure=found.issuers[0].tenures[0])
    assert tenure == json.loads(to_json(chosen))["tenure"]
