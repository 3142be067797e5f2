"""Payment links: documented bodies and answers, every call, and the look-up of a lost link."""

import json
from datetime import UTC, datetime

import pytest

import pinelabs_sync.payment_links
from pinelabs_async import Money, OutcomeUnknownError, Product, from_json, to_json
from pinelabs_async.api import payment_links as module
from pinelabs_async.api.payment_links import (
    LinkCart,
    NewPaymentLink,
    PaymentLink,
    PaymentLinks,
    PaymentLinkStatus,
)
from pinelabs_async.wire import attempt, call
from pinelabs_async.wire.codec import decode
from tests.api.samples import as_written, call_of, content, names, sample

FOLDER = "payment-links"
ROOT = "/api/pay/v1/paymentlink"
NEW = sample(FOLDER, "create-minimal.request.json")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(attempt, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.01)


def _found(**changes):
    return {"payment_link_id": "pl-1", "status": "CREATED", **NEW, **changes}


@pytest.mark.parametrize("name", names(FOLDER, "request"))
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, and no field of it is unknown."""
    body = from_json(NewPaymentLink, content(FOLDER, name))
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(body))
    assert body.extra is None
    assert {None} == {product.extra for product in body.product_details or ()} | {None}


@pytest.mark.parametrize("name", names(FOLDER, "response"))
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything but nulls."""
    answer = decode(PaymentLink, content(FOLDER, name))
    assert () == answer.problems
    assert as_written(sample(FOLDER, name)) == json.loads(to_json(answer))


def test_values_of_a_sample():
    """A time without seconds and a discount of nothing are what they say."""
    link = decode(PaymentLink, content(FOLDER, "create-full.response.json"))
    assert (PaymentLinkStatus.CREATED, datetime(2025, 3, 21, 8, 29, tzinfo=UTC), Money(0)) == (
        link.status,
        link.expire_by,
        link.product_details[0].product_coupon_discount_amount,
    )


@pytest.mark.parametrize("field", ["pre_auth", "is_mcc_transaction"])
@pytest.mark.parametrize(("given", "sent"), [(True, "true"), (False, "false"), ("true", "true")])
def test_flags_as_texts(field, given, sent):
    """The gateway wants two flags as texts; a boolean is good for them."""
    assert sent == json.loads(to_json(NewPaymentLink(amount=Money(100), **{field: given})))[field]


@pytest.mark.parametrize(("given", "read"), [(True, True), ("true", True), ("false", False)])
def test_flags_of_an_answer(given, read):
    """An answer's flag is read in both forms."""
    answer = decode(PaymentLink, json.dumps(_found(pre_auth=given)).encode())
    assert (read, ()) == (answer.pre_auth, answer.problems)


def test_cart():
    """The cart of a link holds products, under its own name."""
    link = NewPaymentLink(
        amount=Money(100),
        part_payment=True,
        callback_url="https://shop.example/back",
        cart_details=LinkCart(items=[Product(product_code="x", product_amount=Money(100))]),
    )
    assert {
        "merchant_payment_link_reference": link.merchant_payment_link_reference,
        "amount": {"value": 100, "currency": "INR"},
        "part_payment": True,
        "callback_url": "https://shop.example/back",
        "cart_details": {
            "items": [{"product_code": "x", "product_amount": {"value": 100, "currency": "INR"}}]
        },
    } == json.loads(to_json(link))


def test_a_reference_is_made_with_the_body():
    """A link without a reference of yours gets a random one."""
    first, second = NewPaymentLink(amount=Money(100)), NewPaymentLink(amount=Money(100))
    assert first.merchant_payment_link_reference != second.merchant_payment_link_reference


def test_private_values_are_not_shown():
    """Who pays stays out of repr, in a body and in an answer."""
    body = from_json(NewPaymentLink, content(FOLDER, "create-full.request.json"))
    answer = decode(PaymentLink, content(FOLDER, "create-full.response.json"))
    private = ["Kevin", "Bob", "9999999999", "kevin.bob", "Downing"]
    assert [] == [value for value in private if value in f"{body!r} {answer!r}"]


CALLS = {
    "create": (lambda group: group.create(from_json(NewPaymentLink, NEW)), ("POST", ROOT, "", NEW)),
    "get": (lambda group: group.get("pl-1"), ("GET", f"{ROOT}/pl-1", "", None)),
    "get_by_reference": (lambda group: group.get_by_reference("r-1"), ("GET", f"{ROOT}/ref/r-1", "", None)),
    "cancel": (lambda group: group.cancel("pl-1"), ("PUT", f"{ROOT}/pl-1/cancel", "", None)),
    "notify": (lambda group: group.notify("pl-1"), ("PATCH", f"{ROOT}/pl-1/notify", "", None)),
}


@pytest.mark.parametrize("verb", CALLS)
async def test_call(recorder, verb):
    """Each call goes out with its method, path and body, and answers the link."""
    made, expected = CALLS[verb]
    recorder.answers(content(FOLDER, "create-full.response.json"))
    link = await made(recorder.group(PaymentLinks))
    assert expected == call_of(recorder.last)
    assert ("pl-v1-250306082755-aa-uT0noy", "https://shortener.v2.pinepg.in/PLUTUS/3rh4jtd", ()) == (
        link.payment_link_id,
        link.payment_link,
        link.problems,
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda group: group.get("../orders"),
        lambda group: group.get_by_reference("a/b"),
        lambda group: group.cancel("a?b"),
        lambda group: group.notify(".."),
    ],
)
async def test_ids_that_change_the_path_are_refused(recorder, ask):
    """An id that would lead elsewhere is refused before anything is sent."""
    with pytest.raises(ValueError, match="path of the request"):
        await ask(recorder.group(PaymentLinks))
    assert [] == recorder.asked


async def test_lost_link_is_found(recorder):
    """A link whose answer is lost is looked up by its reference and handed out as recovered."""
    recorder.answers(b"", status=500)
    recorder.answers(_found())
    link = await CALLS["create"][0](recorder.group(PaymentLinks))
    assert (True, "pl-1") == (link.recovered, link.payment_link_id)
    assert ["POST", "GET"] == [asked.method for asked in recorder.asked]
    assert f"{ROOT}/ref/1234567890" == recorder.last.path


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"value": 50001, "currency": "INR"}},
        {"amount": {"value": 50000, "currency": "USD"}},
        {"amount": None},
        {"merchant_payment_link_reference": "another"},
    ],
)
async def test_another_link_is_no_answer(recorder, change):
    """A link of another amount leaves the outcome unknown."""
    recorder.answers(b"", status=500)
    recorder.answers(_found(**change))
    with pytest.raises(OutcomeUnknownError):
        await CALLS["create"][0](recorder.group(PaymentLinks))
    assert 1 == [asked.method for asked in recorder.asked].count("POST")


async def test_absent_link_is_sent_again(recorder):
    """A link that is proved absent is sent once more, with the same reference."""
    recorder.answers(b"", status=500)
    recorder.answers({"code": "PAYMENT_LINK_NOT_FOUND", "message": "No"}, status=404)
    recorder.answers(_found())
    assert "pl-1" == (await CALLS["create"][0](recorder.group(PaymentLinks))).payment_link_id
    assert ["POST", "GET", "POST"] == [asked.method for asked in recorder.asked]
    assert recorder.asked[0].body == recorder.asked[2].body


@pytest.mark.parametrize("status", [404, 500])
async def test_what_proves_nothing(recorder, status):
    """A look-up that fails without saying that nothing is there does not lead to a second link."""
    recorder.answers(b"", status=500)
    recorder.answers(b"{}", status=status)
    with pytest.raises(OutcomeUnknownError):
        await CALLS["create"][0](recorder.group(PaymentLinks))
    assert 1 == [asked.method for asked in recorder.asked].count("POST")


@pytest.mark.parametrize("verb", ["cancel", "notify"])
async def test_lost_answer_is_not_repeated(recorder, verb):
    """A cancellation or a message whose answer is lost is sent once."""
    recorder.answers(b"", status=504)
    with pytest.raises(OutcomeUnknownError):
        await CALLS[verb][0](recorder.group(PaymentLinks))
    assert 1 == len(recorder.asked)


def test_twin():
    """The blocking group has the same calls, and each is an operation."""
    verbs = {name for name in vars(PaymentLinks) if not name.startswith("_")}
    assert verbs == {name for name in vars(pinelabs_sync.payment_links.PaymentLinks) if name[0] != "_"}
    assert {f"payment_links.{verb}" for verb in verbs} == {
        operation.name for operation in vars(module).values() if isinstance(operation, module.Operation)
    }
