"""Affordability: documented bodies and answers, every call, and nothing private shown."""

import json

import pytest

import pinelabs_sync.affordability
from pinelabs_async import InvalidRequestError, Money, OutcomeUnknownError, PaymentMethod, from_json, to_json
from pinelabs_async.api.affordability import (
    Affordability,
    CardlessOfferDiscovery,
    DownPaymentCheck,
    OfferDiscovery,
    OfferValidation,
    OfferVerdict,
    ValidatedOffer,
)
from pinelabs_async.api.imei import ImeiAction, ImeiProduct, ImeiStatus, ImeiValidation, ValidatedImeis
from pinelabs_async.api.issuers import DiscoveredOffers, DownPaymentTerms
from pinelabs_async.api.offers import Offer, OfferData
from pinelabs_async.wire.codec import decode
from tests.api.samples import call_of, content, names, sample

FOLDER = "affordability-suite"
BODIES = {
    "create-cardless-offer-discovery": CardlessOfferDiscovery,
    "create-down-payment-details": DownPaymentCheck,
    "create-imei-validation": ImeiValidation,
    "create-offer-discovery": OfferDiscovery,
    "offer-validation-create": OfferValidation,
}
ANSWERS = {
    "create-cardless-offer-discovery.response.json": DiscoveredOffers,
    "create-offer-discovery-bank-emi.response.json": DiscoveredOffers,
    "offer-validation-create.response.json": ValidatedOffer,
}
ROOT = "/api/affordability"
CALLS = {
    "discover_offers": (f"{ROOT}/v1/offer/discovery", "create-offer-discovery-brand-emi.request.json"),
    "discover_offers_v2": (f"{ROOT}/v2/offer/discovery", "create-offer-discovery-v2.request.json"),
    "discover_cardless_offers": (
        f"{ROOT}/v1/offer/discovery/cardless",
        "create-cardless-offer-discovery.request.json",
    ),
    "down_payment_details": (
        f"{ROOT}/v1/offer/downpayment/details",
        "create-down-payment-details.request.json",
    ),
    "validate_offer": (f"{ROOT}/v1/offer/validate", "offer-validation-create.request.json"),
}
BLOCKED = {
    "merchant_product_imei_reference": "merchant-ref-786",
    "request_type": "BLOCKING",
    "products": [
        {
            "product_code": "xyz",
            "product_imei": "1",
            "product_imei_status": "BLOCKED",
            "product_brand_response": {},
        },
        {
            "product_code": "abc",
            "product_imei": "2",
            "product_imei_status": "UNBLOCKED",
            "product_brand_response": {"code": "E1", "message": "unknown piece"},
        },
    ],
}


def body_of(name):
    cls = next(cls for beginning, cls in BODIES.items() if name.startswith(beginning))
    return from_json(cls, content(FOLDER, name))


def test_there_are_samples():
    """No sample is left out."""
    assert 9 == len(names(FOLDER, "request"))
    assert sorted(ANSWERS) == names(FOLDER, "response")


@pytest.mark.parametrize("name", names(FOLDER, "request"))
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    body = body_of(name)
    assert sample(FOLDER, name) == json.loads(to_json(body))
    assert "extra" not in repr(body)


@pytest.mark.parametrize("name", ANSWERS)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    answer = decode(ANSWERS[name], content(FOLDER, name))
    assert () == answer.problems
    assert sample(FOLDER, name) == json.loads(to_json(answer))


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """The body goes to the documented place; nothing is asked twice, for nothing is changed."""
    path, name = CALLS[verb]
    recorder.answers({"code": "ELIGIBLE", "issuers": []})
    answer = await getattr(recorder.group(Affordability), verb)(body_of(name))
    assert ("POST", path, "", sample(FOLDER, name)) == call_of(recorder.last)
    assert "Idempotency-Key" not in recorder.last.headers
    assert {"code": "ELIGIBLE", "issuers": []} == answer.raw


async def test_the_chosen_tenure_goes_back_unchanged(recorder):
    """What discovery answered is sent in a validation, letter by letter."""
    discovered = content(FOLDER, "create-offer-discovery-bank-emi.response.json")
    issuer = decode(DiscoveredOffers, discovered).issuers[0]
    offer = Offer(
        id=issuer.id,
        name=issuer.name,
        issuer_type=issuer.issuer_type,
        priority=issuer.priority,
        tenure=issuer.tenures[2],
    )
    validation = OfferValidation(
        payment_method=PaymentMethod.CREDIT_EMI,
        order_amount=Money(1200000),
        payment_amount=Money(1200000),
        payment_option=body_of("offer-validation-create.request.json").payment_option,
        offer_data=OfferData(offer_details=offer),
    )
    recorder.answers({"code": "ELIGIBLE", "message": "Offer is Eligible"})
    assert OfferVerdict.ELIGIBLE == (await recorder.group(Affordability).validate_offer(validation)).code
    sent = recorder.last.body["offer_data"]["offer_details"]["tenure"]
    assert json.loads(discovered)["issuers"][0]["tenures"][2] == sent


async def test_an_offer_that_does_not_hold(recorder):
    """A refusal is an error with the gateway's words."""
    recorder.answers({"code": "OFFER_NOT_ELIGIBLE", "message": "no"}, status=400)
    with pytest.raises(InvalidRequestError, match="no"):
        await recorder.group(Affordability).validate_offer(body_of("offer-validation-create.request.json"))


async def test_down_payment_terms(recorder):
    """Limits, suggestions and methods are read; the least may be nothing."""
    found = {
        "downpayment_details": {
            "amount_range": {
                "min": {"value": 0, "currency": "INR"},
                "max": {"value": 40000, "currency": "INR"},
            },
            "amount_milestone_list": [{"value": 10000, "currency": "INR"}],
            "allowed_payment_methods": ["CARD", "UPI"],
        }
    }
    recorder.answers(found)
    group = recorder.group(Affordability)
    terms = await group.down_payment_details(DownPaymentCheck(order_amount=Money(50000)))
    assert isinstance(terms, DownPaymentTerms)
    assert () == terms.problems
    assert found == json.loads(to_json(terms))
    assert (Money(0), (PaymentMethod.CARD, PaymentMethod.UPI)) == (
        terms.downpayment_details.amount_range.min,
        terms.downpayment_details.allowed_payment_methods,
    )


async def test_validate_imei(recorder):
    """A 207 is an answer: each piece says what became of it."""
    name = "create-imei-validation-blocking.request.json"
    recorder.answers(BLOCKED, status=207)
    answer = await recorder.group(Affordability).validate_imei("v1-1", body_of(name))
    assert ("POST", f"{ROOT}/v1/product/v1-1/imei", "", sample(FOLDER, name)) == call_of(recorder.last)
    assert isinstance(answer, ValidatedImeis)
    assert () == answer.problems
    assert BLOCKED == json.loads(to_json(answer))
    assert [ImeiStatus.BLOCKED, ImeiStatus.UNBLOCKED] == [p.product_imei_status for p in answer.products]


async def test_lost_imei_validation_is_not_repeated(recorder):
    """It is sent once; the error names the reference that makes a repetition safe."""
    validation = ImeiValidation(request_type=ImeiAction.BLOCKING, products=[ImeiProduct(product_imei="1")])
    recorder.answers({}, status=503)
    with pytest.raises(OutcomeUnknownError) as caught:
        await recorder.group(Affordability).validate_imei("v1-1", validation)
    assert (1, validation.merchant_product_imei_reference) == (len(recorder.asked), caught.value.reference)
    assert 36 == len(caught.value.reference)


@pytest.mark.parametrize("order_id", ["", "..", "a/b", "a%2Fb", "a?b"])
async def test_ids_that_change_the_path_are_refused(recorder, order_id):
    """What is no id is refused before anything is sent."""
    with pytest.raises(ValueError, match="order_id"):
        await recorder.group(Affordability).validate_imei(
            order_id, body_of("create-imei-validation-blocking.request.json")
        )
    assert [] == recorder.asked


@pytest.mark.parametrize("name", names(FOLDER, "request"))
def test_repr_shows_nothing_private(name):
    """Card numbers, PAN and telephone numbers stay out of what people and log files see."""
    shown = repr(body_of(name))
    private = ("4111111111111111", "60100000", "ABCDE1234F", "234F", "9876543210")
    assert [] == [text for text in private if text in shown]


def test_blocking_twin_has_the_same_calls():
    """Each call of one package is in the other."""
    twin = vars(pinelabs_sync.affordability.Affordability)
    for name in (*CALLS, "validate_imei"):
        assert twin[name].__wrapped__ is vars(Affordability)[name]
