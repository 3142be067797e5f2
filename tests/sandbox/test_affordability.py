"""EMI offers: discovery, down payment, validation, and that the chosen one can be paid with."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pinelabs_async import from_json
from pinelabs_async.api.affordability import (
    CardlessOfferDiscovery,
    DownPaymentCheck,
    OfferDiscovery,
    OfferValidation,
    OfferVerdict,
)
from pinelabs_async.api.offers import EmiType
from tests.sandbox.exact import exactly
from tests.sandbox.told import session, whole

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
FOLDER = EXAMPLES / "affordability-suite"
ROOT = "/api/affordability"
PATHS = {
    "create-offer-discovery": f"{ROOT}/v1/offer/discovery",
    "create-cardless-offer-discovery.": f"{ROOT}/v1/offer/discovery/cardless",
    "create-down-payment-details": f"{ROOT}/v1/offer/downpayment/details",
    "offer-validation": f"{ROOT}/v1/offer/validate",
}
CARD = {"card_details": {"card_number": "4012001037141112"}}
WHOLE = {"order_amount": {"value": 1200000, "currency": "INR"}}
PAYER = {"cardless_details": {"pan_number": "ABCDE1234F", "registered_mobile_number": "9876543210"}}


def example(name):
    return json.loads((FOLDER / name).read_text())


def inr(value):
    return {"value": value, "currency": "INR"}


def product(code="SKU-001", value=150000, **more):
    return {"product_code": code, "product_amount": inr(value), **more}


async def discover(api, value=1200000, path="v1/offer/discovery", **more):
    status, answer = await api.call("POST", f"{ROOT}/{path}", {"order_amount": inr(value), **more})
    assert 200 == status, answer
    return {issuer["name"]: issuer for issuer in answer["issuers"]}


async def tenure(api, months, lender="INDUSIND CC", **more):
    issuer = (await discover(api, **more))[lender]
    (found,) = [found for found in issuer["tenures"] if months == found["tenure_value"]]
    return found


async def validation(api, months, lender="HDFC CC", value=2000000, method="CREDIT_EMI", option=CARD, **more):
    """Build the body that checks an offer of discovery, sent back unchanged."""
    issuers = await discover(api, value, **more)
    issuer = {name: part for name, part in issuers[lender].items() if name not in ("tenures", "issuer_data")}
    (picked,) = [found for found in issuers[lender]["tenures"] if months == found["tenure_value"]]
    return {
        "payment_method": method,
        "order_amount": inr(value),
        "payment_amount": picked["auth_amount"],
        "payment_option": option,
        "offer_data": {"offer_details": {**issuer, "tenure": picked}},
    }


async def validate(api, body):
    return await api.call("POST", f"{ROOT}/v1/offer/validate", body)


@pytest.mark.parametrize(
    "path",
    sorted(path for path in FOLDER.glob("*.request.json") if "imei" not in path.name),
    ids=lambda path: path.name,
)
async def test_every_documented_request_is_accepted(api, path):
    """Published sample requests are valid, but for the one with the PAN's former name."""
    url = next((url for begin, url in PATHS.items() if path.name.startswith(begin)), None)

    if url is None:
        assert "create-cardless-offer-discovery-legacy.request.json" == path.name
        status, answer = await api.call("POST", PATHS["create-cardless-offer-discovery."], example(path.name))
        assert (400, "pan_number is missing or empty") == (status, answer["message"])
        return
    status, answer = await api.call(
        "POST", url.replace("v1", "v2") if "v2" in path.name else url, example(path.name)
    )
    assert 200 == status, answer


async def test_discovery_answers_the_documented_lender_to_the_paisa(api):
    """Every member of the published lender and its six tenures comes back with the published value."""
    (expected,) = example("create-offer-discovery-bank-emi.response.json")["issuers"]

    actual = (await discover(api))["INDUSIND CC"]

    # Newer samples have these two, this one has not.
    assert {"display_name"} == set(actual) - set(expected)
    assert [{"auth_amount"}] * 6 == [
        set(new) - set(old) for old, new in zip(expected["tenures"], actual["tenures"], strict=True)
    ]
    for found in actual["tenures"]:
        assert found.pop("auth_amount") == found["loan_amount"]
    assert expected == {name: actual[name] for name in expected}


async def test_cardless_discovery_answers_the_documented_lender(api):
    """The published tenure, with what is documented beside it."""
    (expected,) = example("create-cardless-offer-discovery.response.json")["issuers"]

    actual = (await discover(api, path="v1/offer/discovery/cardless", payment_option=PAYER))["INDUSIND CC"]

    (old,), new = expected.pop("tenures"), actual.pop("tenures")[0]
    assert (old, {"discount"}) == ({name: new[name] for name in old}, set(new) - set(old))
    assert (expected, {"issuer_data"}) == (
        {name: actual[name] for name in expected},
        set(actual) - set(expected),
    )


async def test_discovery_records_nothing(api, box):
    """Finding offers changes nothing."""
    await discover(api)
    await api.call("POST", f"{ROOT}/v1/offer/downpayment/details", WHOLE)
    await validate(api, await validation(api, 3))

    assert 0 == len(box.ledger)


@pytest.mark.parametrize(
    ("more", "lenders"),
    [
        ({}, {"INDUSIND CC", "HDFC CC", "HDFC DC"}),
        ({"issuer": {"bin": "60100000"}}, {"INDUSIND CC"}),
        ({"issuer": {"bin": "99999999"}}, set()),
        ({"issuer": {"id": "7"}}, {"HDFC DC"}),
        ({"issuer": {"issuer_type": "CC_BANK"}}, {"INDUSIND CC", "HDFC CC"}),
        ({"issuer": {"bin": "60100000", "id": "7"}}, set()),
        ({"payment_options": CARD}, {"HDFC CC"}),
        (
            {"payment_options": {"card_token_details": {"token": "4000000000001091"}}},
            {"INDUSIND CC", "HDFC CC", "HDFC DC"},
        ),
        (
            {
                "payment_options": {"card_token_details": {"token_id": "token-1"}},
                "customer_details": {"customer_id": "1"},
            },
            {"INDUSIND CC", "HDFC CC", "HDFC DC"},
        ),
    ],
)
async def test_discovery_is_narrowed_to_card_and_lender(api, more, lenders):
    """The first digits of a card and what is said of the lender choose who offers."""
    assert lenders == set(await discover(api, **more))


async def test_an_instant_discount_is_taken_off_the_loan(api):
    """The merchant's discount lowers what is authorised; below its least amount there is none."""
    with_discount = await tenure(api, 3, "HDFC CC", value=1600000)
    without = await tenure(api, 3, "HDFC CC", value=999900)

    assert {"discount_type": "INSTANT", "amount": inr(50000)} == with_discount["discount"]
    assert inr(50000) == with_discount["total_discount_amount"]
    assert inr(1550000) == with_discount["auth_amount"] == with_discount["loan_amount"]
    assert ["BANK_EMI", "MERCHANT_BANK_OFFER"] == [
        offer["program_type"] for offer in with_discount["issuer_offer_parameters"]
    ]
    assert ({}, inr(999900)) == (without["discount"], without["auth_amount"])
    assert "total_discount_amount" not in without


@pytest.mark.parametrize(
    ("value", "cashback"), [(100100, 5005), (100110, 5005), (1200000, 60000), (3000000, 100000)]
)
async def test_cashback_comes_later_and_takes_nothing_off(api, value, cashback):
    """A deferred discount is a share of the price up to a limit, in whole paisa; the loan is the whole price."""
    found = await tenure(api, 24, "HDFC DC", value=value)

    assert {
        "discount_type": "DEFERRED",
        "percentage": 5,
        "amount": inr(cashback),
        "max_amount": inr(100000),
        "discount_deferred_duration_value": 90,
        "discount_deferred_duration_type": "DAY",
    } == found["discount"]
    assert inr(value) == found["loan_amount"] == found["auth_amount"]
    assert "total_discount_amount" not in found


async def test_a_no_cost_emi_costs_the_price(api):
    """The brand takes the interest off at once: the instalments are the price, the discount is the interest."""
    found = await tenure(api, 6, value=150000, product_details=[product()])

    assert "NO_COST" == found["emi_type"]
    assert inr(150000) == found["total_emi_amount"] == found["net_payment_amount"]
    assert inr(25000) == found["monthly_emi_amount"]
    assert found["interest_amount"] == found["discount"]["amount"] == found["total_discount_amount"]
    assert 150000 - found["interest_amount"]["value"] == found["loan_amount"]["value"]
    assert found["loan_amount"] == found["auth_amount"]
    assert found["interest_amount"] == found["discount"]["breakup"]["brand"]["amount"]
    (detail,) = found["details"]
    assert ("SKU-001", "Apple", "NO_COST", found["interest_amount"]) == (
        detail["product_code"],
        detail["brand_name"],
        detail["subvention"]["offer_type"],
        detail["subvention"]["amount"],
    )


@pytest.mark.parametrize(
    ("months", "kind"), [(3, "NO_COST"), (6, "NO_COST"), (9, "LOW_COST"), (12, "STANDARD")]
)
async def test_a_brand_says_how_much_interest_it_bears(api, months, kind):
    """With more months it bears less: all of it, a part, nothing."""
    found = await tenure(api, months, value=150000, product_details=[product()])

    loan, interest, total = (found[f"{name}_amount"]["value"] for name in ("loan", "interest", "total_emi"))
    discount = found.get("total_discount_amount", inr(0))["value"]
    assert (kind, total, 150000) == (found["emi_type"], loan + interest, loan + discount)
    assert (kind == "STANDARD") == (discount == 0)
    assert (kind == "NO_COST") == (discount == interest)
    assert ["BRAND_EMI"] == [offer["program_type"] for offer in found["issuer_offer_parameters"]]


async def test_a_merchants_discount_is_not_added_to_a_brands_offer(api):
    """The lender's tenure with a deal has the brand's discount alone, and all of its price is accounted for."""
    found = await tenure(api, 3, "HDFC CC", value=2000000, product_details=[product(value=2000000)])

    assert ["BRAND_EMI"] == [offer["program_type"] for offer in found["issuer_offer_parameters"]]
    assert found["interest_amount"] == found["total_discount_amount"]
    assert 2000000 == found["loan_amount"]["value"] + found["total_discount_amount"]["value"]
    assert inr(2000000) == found["total_emi_amount"]


async def test_a_cart_is_added_up_product_by_product(api):
    """Each brand bears the interest on its own product; what has no brand is lent as usual."""
    cart = [product("SKU-001", 90000), product("xyz", 40000), product("no-brand", 20000)]

    found = await tenure(api, 6, value=150000, product_details=cart)

    apple, xiaomi = found["details"]
    assert ("NO_COST", "LOW_COST") == tuple(part["subvention"]["offer_type"] for part in (apple, xiaomi))
    assert "LOW_COST" == found["emi_type"]
    borne = apple["subvention"]["amount"]["value"] + xiaomi["subvention"]["amount"]["value"]
    assert inr(borne) == found["total_discount_amount"]
    assert inr(150000 - borne) == found["loan_amount"]
    rest = await tenure(api, 6, value=20000)
    parts = (apple, xiaomi, rest)
    assert inr(sum(part["interest_amount"]["value"] for part in parts)) == found["interest_amount"]


async def test_a_down_payment_is_not_lent(api):
    """The loan is what is left of the order; the products show their parts of the down payment."""
    lender = {"id": "23", "name": "INDUSIND CC", "issuer_type": "CC_BANK"}
    body = {"issuer": lender, "downpayment_details": {"downpayment_amount": inr(30000)}}

    found = await tenure(api, 12, value=150000, product_details=[product()], **body)

    assert inr(120000) == found["loan_amount"] == found["auth_amount"]
    assert {"downpayment_amount": inr(30000)} == found["downpayment_details"]
    assert inr(30000) == found["total_down_payment_amount"]
    (detail,) = found["details"]
    assert (inr(30000), inr(120000)) == (
        detail["downpayment_amount"],
        detail["after_downpayment_reduced_product_amount"],
    )


async def test_coupons_are_told_back_and_added_up(api):
    """The amount of the order is what is paid after them."""
    coupons = {
        "product_details": [product(product_coupon_discount_amount=inr(1000))],
        "cart_coupon_discount_amount": inr(500),
    }

    found = await tenure(api, 12, value=150000, **coupons)

    assert (inr(500), inr(1500)) == (found["cart_coupon_discount_amount"], found["total_coupon_discount"])
    assert inr(1000) == found["details"][0]["product_coupon_discount_amount"]
    assert inr(150000) == found["loan_amount"]


async def test_version_2_tells_the_same_by_entity(api):
    """Beside lenders there is an entity of another kind, which the documentation says there can be."""
    _, answer = await api.call("POST", f"{ROOT}/v2/offer/discovery", WHOLE)

    lenders = [entity for entity in answer["entities"] if "ISSUER" == entity.pop("entity_type")]
    assert list((await discover(api)).values()) == lenders
    assert len(lenders) + 1 == len(answer["entities"])


@pytest.mark.parametrize(
    ("value", "most", "steps"),
    [
        (50000, 25000, [5000, 10000, 15000, 20000, 25000]),
        (123456, 61700, [12300, 24600, 37000, 49300, 61700]),
        (250, 100, [100]),
        (150, 0, []),
    ],
)
async def test_up_to_a_half_may_be_paid_down(api, value, most, steps):
    """The steps are whole rupees, and at least one rupee is left to be lent."""
    status, answer = await api.call(
        "POST", f"{ROOT}/v1/offer/downpayment/details", {"order_amount": inr(value)}
    )

    assert 200 == status
    assert {
        "downpayment_details": {
            "amount_range": {"min": inr(0), "max": inr(most)},
            "amount_milestone_list": [inr(step) for step in steps],
            "allowed_payment_methods": ["CARD", "UPI", "POINTS", "NETBANKING", "WALLET"],
        }
    } == answer


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    "change",
    [
        {"order_amount": None},
        {"order_amount": inr(99)},
        {"order_amount": inr(100000001)},
        {"order_amount": inr("1200000")},
        {"product_details": []},
        {"product_details": ["x"]},
        {"product_details": [{"product_amount": inr(100)}]},
        {"product_details": [product(value=0)]},
        {"product_details": [product(product_quantity=0)]},
        {"product_details": [product(product_quantity="1")]},
        {"product_details": [product(product_name=1)]},
        {"product_details": [product(product_coupon_discount_amount=inr(-1))]},
        {"cart_coupon_discount_amount": 5},
        {"issuer": {"bin": "601000"}},
        {"issuer": {"bin": 60100000}},
        {"issuer": {"id": 23}},
        {"issuer": []},
        {"downpayment_details": {"downpayment_amount": inr(1000)}},
        {
            "downpayment_details": {"downpayment_amount": inr(1200000)},
            "issuer": {"id": "23", "name": "INDUSIND CC", "issuer_type": "CC_BANK"},
        },
        {"downpayment_details": {}},
        {"payment_options": {"card_details": {"card_number": "4111"}}},
        {"payment_options": {"card_details": {}}},
        {"payment_options": {"card_token_details": {}}},
        {"payment_options": {"card_token_details": {"token_id": "token-1"}}},
    ],
)
async def test_a_wrong_discovery_is_an_invalid_request(api, version, change):
    """Members that are missing, mistyped or out of range are refused with 400."""
    status, answer = await api.call("POST", f"{ROOT}/{version}/offer/discovery", WHOLE | change)

    assert (400, "INVALID_REQUEST") == (status, answer.get("code"))


@pytest.mark.parametrize(
    "details",
    [
        None,
        {},
        {"pan_number": "ABCDE1234F"},
        {"registered_mobile_number": "9876543210"},
        {"registered_mobile_number": "12345678", "pan_number": "ABCDE1234F"},
        {"registered_mobile_number": 9876543210, "pan_number": "ABCDE1234F"},
        {"registered_mobile_number": "9876543210", "pan_number": 5},
    ],
)
async def test_a_cardless_discovery_needs_who_asks(api, details):
    """PAN and mobile number are both required."""
    body = {**WHOLE, "payment_option": {"cardless_details": details}}

    status, answer = await api.call("POST", f"{ROOT}/v1/offer/discovery/cardless", body)

    assert (400, "INVALID_REQUEST") == (status, answer["code"])


async def test_some_payers_get_no_loan_without_a_card(api):
    """The sandbox's own mobile number is refused with 422, here; a validation has 400 only."""
    payer = {"cardless_details": {"pan_number": "ABCDE1234F", "registered_mobile_number": "9000000000"}}
    body = {**WHOLE, "payment_option": payer}
    check = await validation(api, 3, "INDUSIND CC", method="CARDLESS_EMI", option=payer)

    status, answer = await api.call("POST", f"{ROOT}/v1/offer/discovery/cardless", body)
    checked, refused = await validate(api, check)

    assert (422, "OPERATION_NOT_ALLOWED") == (status, answer["code"])
    assert (400, "INVALID_REQUEST") == (checked, refused["code"])


@pytest.mark.parametrize("first", ["12345", "123456789", 601000])
async def test_a_down_payment_takes_six_to_eight_digits(api, first):
    """The first digits of a card are 6 to 8 here."""
    path, body = f"{ROOT}/v1/offer/downpayment/details", {**WHOLE, "issuer": {"bin": first}}

    assert 400 == (await api.call("POST", path, body))[0]
    assert 200 == (await api.call("POST", path, WHOLE | {"issuer": {"bin": "601000"}}))[0]


@pytest.mark.parametrize("months", [3, 6, 24])
@pytest.mark.parametrize(
    ("lender", "method", "option"),
    [
        ("INDUSIND CC", "CREDIT_EMI", {"card_details": {"card_number": "6010000000000000"}}),
        ("INDUSIND CC", "CARDLESS_EMI", PAYER),
        ("HDFC CC", "CREDIT_EMI", {"card_token_details": {"token": "4000000000001091"}}),
        (
            "HDFC CC",
            "CREDIT_EMI",
            {"upi_details": {"txn_mode": "INTENT", "payer": {"phone_number": "9876543210"}}},
        ),
        (
            "HDFC DC",
            "DEBIT_EMI",
            {"card_details": {"card_number": "5200000000001096", "registered_mobile_number": "9876543210"}},
        ),
    ],
)
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"product_details": [product(value=1000000), product("xyz", 500000)]},
        {"product_details": [product(value=3000000)], "cart_coupon_discount_amount": inr(500)},
        {"product_details": [{"product_code": "xyz"}]},
    ],
    ids=["bank", "brands", "coupon", "without amount"],
)
async def test_every_offer_holds_when_it_is_sent_back(api, lender, months, method, option, more):
    """What discovery answers, unchanged, is ELIGIBLE."""
    body = await validation(api, months, lender, method=method, option=option, **more)

    assert (200, example("offer-validation-create.response.json")) == await validate(api, body)


async def test_an_offer_with_down_payment_holds(api):
    """The order's amount stays whole, the payment's is without the down payment."""
    lender = {"id": "6", "name": "HDFC CC", "issuer_type": "CC_BANK"}
    more = {"issuer": lender, "downpayment_details": {"downpayment_amount": inr(100000)}}

    body = await validation(api, 12, **more)

    assert inr(1900000) == body["payment_amount"]
    assert (200, "ELIGIBLE") == ((answer := await validate(api, body))[0], answer[1]["code"])


async def test_the_lenders_pan_digits_are_asked_for(api):
    """Where a lender says how many characters of the PAN it wants, it gets as many."""
    issuers = await discover(api, 2000000, path="v1/offer/discovery/cardless", payment_option=PAYER)
    issuer = issuers["SANDBOX CARDLESS"]
    count = issuer["issuer_data"]["pan_number_last_digit_count"]

    def check(pan):
        details = {"pan_number": pan, "registered_mobile_number": "9876543210"}
        picked = issuer["tenures"][0]
        offer = {name: issuer[name] for name in ("id", "name", "issuer_type", "priority")}
        return {
            "payment_method": "CARDLESS_EMI",
            "order_amount": inr(2000000),
            "payment_amount": picked["auth_amount"],
            "payment_option": {"cardless_details": details},
            "offer_data": {"offer_details": {**offer, "tenure": picked}},
        }

    assert 200 == (await validate(api, check("ABCDE1234F"[-count:])))[0]
    assert 400 == (await validate(api, check("ABCDE1234F")))[0]


REFUSED = {
    "another amount": ("tenure", {"loan_amount": inr(1)}, "tenure.loan_amount"),
    "another rate": ("tenure", {"interest_rate_percentage": 19}, "tenure.interest_rate_percentage"),
    "another instalment": ("tenure", {"monthly_emi_amount": inr(671785)}, "tenure.monthly_emi_amount"),
    "another discount": ("tenure", {"discount": {"amount": inr(60000)}}, "tenure.discount"),
    "another type": ("tenure", {"emi_type": "NO_COST"}, "tenure.emi_type"),
    "no such offer": ("tenure", {"issuer_offer_parameters": []}, "tenure.issuer_offer_parameters"),
    "no such tenure": ("tenure", {"tenure_id": "9"}, "tenure.tenure_id"),
    "no such lender": ("offer", {"id": "99"}, "offer_details.id"),
    "another name": ("offer", {"name": "HDFC DC"}, "offer_details.name"),
    "another kind": ("offer", {"issuer_type": "DC_BANK"}, "offer_details.issuer_type"),
    "another priority": ("offer", {"priority": 7}, "offer_details.priority"),
    "without the discount": ("body", {"payment_amount": inr(2000000)}, "payment_amount"),
    "another order": ("body", {"order_amount": inr(2000001)}, "tenure.auth_amount"),
    "another currency": ("body", {"payment_amount": {"value": 1950000, "currency": "USD"}}, "payment_amount"),
    "somebody's card": (
        "body",
        {"payment_option": {"card_details": {"card_number": "5200000000001096"}}},
        "payment_option.card_details.card_number",
    ),
}


def changed(body, where, change):
    offer = body["offer_data"]["offer_details"]
    {"body": body, "offer": offer, "tenure": offer["tenure"]}[where].update(change)
    return body


@pytest.mark.parametrize("name", REFUSED)
async def test_an_offer_that_was_not_made_is_refused(api, name):
    """The documented 400 names the field in which it is not what discovery answers."""
    where, change, field = REFUSED[name]
    body = changed(await validation(api, 3), where, change)

    status, answer = await validate(api, body)

    assert (400, "INVALID_REQUEST", field) == (
        status,
        answer["code"],
        answer["additional_error_details"]["field"],
    )
    assert {"source", "step", "field", "reason"} == set(answer["additional_error_details"])


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("body", {"payment_method": None}),
        ("body", {"payment_method": "CARD"}),
        ("body", {"payment_method": "CARDLESS_EMI"}),
        ("body", {"payment_amount": None}),
        ("body", {"order_amount": inr(0)}),
        ("body", {"payment_option": None}),
        ("body", {"payment_option": {}}),
        ("body", {"payment_option": {**CARD, **PAYER}}),
        ("body", {"payment_option": PAYER}),
        ("body", {"payment_option": {"card_details": {"card_number": "1"}}}),
        ("body", {"payment_option": {"card_token_details": {}}}),
        ("body", {"payment_option": {"upi_details": {"txn_mode": "INTENT"}}}),
        ("body", {"payment_method": "DEBIT_EMI"}),
        ("body", {"offer_data": None}),
        ("body", {"offer_data": {"offer_details": []}}),
        ("offer", {"tenure": None}),
        ("offer", {"name": None}),
        ("offer", {"issuer_type": ""}),
        ("offer", {"priority": None}),
        ("tenure", {"name": ""}),
        ("tenure", {"tenure_type": None}),
        ("tenure", {"emi_type": None}),
        ("tenure", {"issuer_offer_parameters": None}),
        ("tenure", {"interest_rate_percentage": None}),
        ("tenure", {"details": "x"}),
        ("tenure", {"downpayment_details": {"downpayment_amount": 5}}),
    ],
)
async def test_a_wrong_validation_is_an_invalid_request(api, where, change):
    """Members that are missing or mistyped, and instruments that do not fit the method, are refused with 400."""
    status, answer = await validate(api, changed(await validation(api, 3), where, change))

    assert (400, "INVALID_REQUEST") == (status, answer["code"])


async def test_a_lender_that_needs_a_card_does_not_lend_without(api):
    """A cardless validation with it is refused."""
    body = await validation(api, 3, "HDFC CC", method="CARDLESS_EMI", option=PAYER)

    status, answer = await validate(api, body)

    assert (400, "payment_option.cardless_details") == (status, answer["additional_error_details"]["field"])


@pytest.mark.parametrize(
    ("months", "more", "kind"),
    [
        (3, {}, "STANDARD"),
        (12, {}, "STANDARD"),
        (6, {"product_details": [product(value=2000000)]}, "NO_COST"),
        (9, {"product_details": [product(value=2000000)]}, "LOW_COST"),
    ],
    ids=["discount", "plain", "no-cost", "low-cost"],
)
async def test_an_order_is_paid_with_the_chosen_offer(api, box, months, more, kind):
    """Every kind of EMI reaches PROCESSED with the amount to authorise."""
    body = await validation(api, months, **more)
    assert kind == body["offer_data"]["offer_details"]["tenure"]["emi_type"]
    order = await api.order("ord-emi", 2000000)

    status, answer = await api.pay(
        order,
        "pay-emi",
        "CREDIT_EMI",
        CARD,
        payment_amount=body["payment_amount"],
        offer_data=body["offer_data"],
    )

    assert 200 == status, answer
    await box.payer.approve(answer["data"]["challenge_url"])
    paid = await api.get(order)
    assert ("PROCESSED", body["payment_amount"]) == (paid["status"], paid["payments"][0]["payment_amount"])


async def test_the_sdk_reads_offers_whole(api, box):
    """Every operation answers the SDK with what it has a field for, and an offer goes back unchanged."""
    brand = {"order_amount": inr(150000), "product_details": [product()]}
    async with session(box) as pinelabs:
        offers = pinelabs.affordability
        found = whole(await offers.discover_offers(from_json(OfferDiscovery, WHOLE)))
        branded = whole(await offers.discover_offers(from_json(OfferDiscovery, brand)))
        second = await offers.discover_offers_v2(from_json(OfferDiscovery, WHOLE))
        asked = from_json(CardlessOfferDiscovery, {**WHOLE, "payment_option": PAYER})
        cardless = exactly(await offers.discover_cardless_offers(asked))
        down = whole(await offers.down_payment_details(from_json(DownPaymentCheck, WHOLE)))
        check = from_json(OfferValidation, await validation(api, 3))
        verdict = whole(await offers.validate_offer(check))

    assert 3 == len(found.issuers)
    assert EmiType.NO_COST == branded.issuers[0].tenures[0].emi_type
    assert ((), 4) == (second.problems, len(second.raw["entities"]))
    assert Decimal("16.9") == cardless.issuers[1].tenures[0].interest_rate_percentage
    assert 600000 == down.downpayment_details.amount_range.max.value
    assert OfferVerdict.ELIGIBLE == verdict.code
