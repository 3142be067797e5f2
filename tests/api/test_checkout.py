"""Checkout: every documented body and answer, the call, and refusals inside a 200."""

import json
from pathlib import Path

import pytest

import pinelabs_sync.checkout
from pinelabs_async import ApiError, IntegrationMode, Money, OutcomeUnknownError, Product, from_json, to_json
from pinelabs_async.api.checkout import (
    CREATE,
    Checkout,
    CheckoutLink,
    NewCheckout,
    PluginData,
)
from pinelabs_async.api.common import CheckoutPurchase
from pinelabs_async.wire.codec import decode

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "checkout"
REQUESTS = [path.name for path in sorted(EXAMPLES.glob("generate-checkout-link*.request.json"))]
ANSWER = (EXAMPLES / "generate-checkout-link.response.json").read_bytes()
NUMBER_AS_REFERENCE = {
    # the vendor's own samples have a number where its reference says text
    "generate-checkout-link-default-mode.request.json",
    "generate-checkout-link-iframe.request.json",
}


def test_there_are_samples():
    """All three documented bodies are tried."""
    assert 3 == len(REQUESTS)
    assert set() == NUMBER_AS_REFERENCE - set(REQUESTS)


@pytest.mark.parametrize("name", REQUESTS)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, but for a reference that was a number."""
    sample = json.loads((EXAMPLES / name).read_bytes())
    if name in NUMBER_AS_REFERENCE:
        sample["merchant_order_reference"] = str(sample["merchant_order_reference"])
    body = from_json(NewCheckout, (EXAMPLES / name).read_bytes())
    assert sample == json.loads(to_json(body))
    assert body.extra is None


def test_sample_answer_is_read_whole():
    """The documented answer is read without problems and without losing anything."""
    link = decode(CheckoutLink, ANSWER)
    assert () == link.problems
    assert json.loads(ANSWER) == json.loads(to_json(link))


@pytest.mark.parametrize("mode", [None, *IntegrationMode])
def test_modes(mode):
    """Each way of showing the page goes out by its name; leaving it out leaves it out."""
    written = json.loads(to_json(NewCheckout(order_amount=Money(100), integration_mode=mode)))
    assert mode == written.get("integration_mode")


def test_undocumented_members_of_plug_ins():
    """What only the vendor's plug-ins send is modelled, and products go under either name."""
    made = NewCheckout(
        merchant_order_reference="o-1",
        order_amount=Money(100),
        purchase_details=CheckoutPurchase(product=[Product(product_code="x", product_amount=Money(100))]),
        part_payment=False,
        plugin_data=PluginData(plugin_type="shop", plugin_version="1"),
    )
    amount = {"value": 100, "currency": "INR"}
    written = json.loads(to_json(made))
    assert {
        "merchant_order_reference": "o-1",
        "order_amount": amount,
        "purchase_details": {"product": [{"product_code": "x", "product_amount": amount}]},
        "part_payment": False,
        "plugin_data": {"plugin_type": "shop", "plugin_version": "1"},
    } == written
    assert written == json.loads(to_json(from_json(NewCheckout, written)))


@pytest.mark.parametrize("name", REQUESTS)
async def test_call(recorder, name):
    """A link is asked for by POST, without a query, with the body as it is."""
    recorder.answers(ANSWER)
    body = from_json(NewCheckout, (EXAMPLES / name).read_bytes())
    link = await recorder.group(Checkout).create(body)
    assert ("POST", "/api/checkout/v1/orders", "", json.loads(to_json(body))) == (
        recorder.last.method,
        recorder.last.path,
        recorder.last.query,
        recorder.last.body,
    )
    assert json.loads(ANSWER)["redirect_url"] == link.redirect_url
    assert () == link.problems


async def test_refusal_inside_a_200(recorder):
    """Another response_code than 200 is a refusal, whatever the HTTP status says."""
    recorder.answers({"response_code": 422, "response_message": "Invalid amount"})
    with pytest.raises(ApiError, match="Invalid amount") as caught:
        await recorder.group(Checkout).create(NewCheckout(order_amount=Money(100)))
    assert ("refused", "422", 200) == (caught.value.outcome, caught.value.code, caught.value.status)
    assert 1 == len(recorder.asked)


async def test_an_answer_without_a_response_code_is_kept(recorder):
    """The link is not thrown away because the gateway left its code out."""
    recorder.answers({"order_id": "v1-1", "redirect_url": "https://x"})
    link = await recorder.group(Checkout).create(NewCheckout(order_amount=Money(100)))
    assert "https://x" == link.redirect_url


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_lost_answer_is_not_repeated(recorder, status):
    """A link whose answer is lost is asked for once; the error knows the reference to look up."""
    recorder.answers(b"", status=status)
    with pytest.raises(OutcomeUnknownError) as caught:
        await recorder.group(Checkout).create(
            NewCheckout(merchant_order_reference="o-1", order_amount=Money(100))
        )
    assert "o-1" == caught.value.reference
    assert 1 == len(recorder.asked)


def test_nothing_private_is_shown():
    """The page's token and the payer's data stay out of repr."""
    body = from_json(NewCheckout, (EXAMPLES / "generate-checkout-link-iframe.request.json").read_bytes())
    for private in ("kevin.bob@example.com", "Kevin", "9876543210", "Sector 17"):
        assert private not in repr(body)
    assert "token=***" in repr(decode(CheckoutLink, ANSWER))


def test_both_packages_offer_it():
    """The blocking twin has the same calls."""
    for cls in (Checkout, pinelabs_sync.checkout.Checkout):
        assert ["create"] == [name for name in vars(cls) if not name.startswith("_")]
    assert "checkout.create" == CREATE.name
