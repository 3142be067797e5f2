"""Payments: every documented body and answer, every call, and nothing private shown."""

import asyncio
import json
import re
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

import pinelabs_sync.payments
from pinelabs_async import Money, Order, OutcomeUnknownError, from_json, to_json
from pinelabs_async.api import cards, instruments, offers, payments, tenders
from pinelabs_async.api.payments import NewPayment
from pinelabs_async.wire import call
from pinelabs_async.wire.codec import decode
from pinelabs_async.wire.operation import Operation
from pinelabs_async.wire.shape import is_hidden

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
BODIES = {
    "payments/create-payment": NewPayment,
    "card-payments/decoupled-authorize": cards.CardAuthorization,
    "card-payments/generate-otp": cards.NewOtp,
    "card-payments/get-card-details": cards.CardQuery,
    "card-payments/resend-otp": cards.NewOtp,
    "card-payments/submit-otp": cards.Otp,
    "apple-pay/authorize-apple-pay-payment": cards.ApplePayAuthorization,
}
ANSWERS = {
    "payments/create-payment": (Order, "data"),
    "card-payments/generate-otp": (cards.OtpSent, None),
    "card-payments/get-card-details": (cards.FoundCards, None),
    "card-payments/resend-otp": (cards.OtpSent, None),
    "card-payments/submit-otp": (cards.OtpResult, None),
}
NO_REFERENCE = {
    # the samples have no reference here; without one a lost payment could not be looked up
    "payments/create-payment-card-and-points.request.json": [1],
    "payments/create-payment-card-network-token.request.json": [0],
    "payments/create-payment-card-with-convenience-fee.request.json": [0],
}
PRICE = Money(100)
CARD = instruments.CardOption(card_details=instruments.CardDetails(card_number="4012001037141112"))
TOKEN = instruments.CardTokenOption(
    card_token_details=instruments.CardTokenDetails(token="4000000000001091", token_txn_type="NETWORK_TOKEN")
)
OFFER = offers.OfferData(offer_details=offers.Offer(id="7", tenure=offers.Tenure(tenure_id="1")))


def samples(kind):
    folders = ("payments", "card-payments", "apple-pay")
    return [
        path.relative_to(EXAMPLES).as_posix()
        for folder in folders
        for path in sorted((EXAMPLES / folder).glob(kind))
    ]


def of(table, name):
    return next(value for beginning, value in table.items() if name.startswith(beginning))


REQUESTS, RESPONSES = samples("*.request.json"), samples("*.response.json")


def tender(method, option, **more):
    """Return a tender as JSON."""
    return {
        "merchant_payment_reference": "p-1",
        "payment_method": method,
        "payment_amount": {"value": 100, "currency": "INR"},
        "payment_option": option,
        **more,
    }


def test_there_are_samples():
    """No sample is left out, and the table of missing references names samples that exist."""
    assert (21, 10) == (len(REQUESTS), len(RESPONSES))
    assert set() == NO_REFERENCE.keys() - set(REQUESTS)


@pytest.mark.parametrize("name", REQUESTS)
def test_sample_body_comes_out_the_same(name):
    """A documented body read and written again is the same, but for references that the sample lacks."""
    sample = json.loads((EXAMPLES / name).read_bytes())
    written = json.loads(to_json(from_json(of(BODIES, name), (EXAMPLES / name).read_bytes())))
    for index in NO_REFERENCE.get(name, []):
        assert 36 == len(written["payments"][index].pop("merchant_payment_reference"))
    assert sample == written


@pytest.mark.parametrize("name", REQUESTS)
def test_sample_body_is_modelled(name):
    """No documented body needs ``extra``, and none falls back to the class for unknown methods."""
    body = from_json(of(BODIES, name), (EXAMPLES / name).read_bytes())
    assert [] == [part for part in parts(body) if getattr(part, "extra", None)]
    assert [] == [
        part for part in parts(body) if isinstance(part, (tenders.OtherTender, instruments.OtherUpi))
    ]


def parts(body):
    """Yield a body and everything in it that is a shape."""
    if attrs.has(type(body)):
        yield body
        for field in attrs.fields(type(body)):
            yield from parts(getattr(body, field.name))
    elif isinstance(body, tuple):
        for item in body:
            yield from parts(item)


@pytest.mark.parametrize("name", RESPONSES)
def test_sample_answer_is_read_whole(name):
    """A documented answer is read without problems and without losing anything."""
    cls, envelope = of(ANSWERS, name)
    raw = (EXAMPLES / name).read_bytes()
    answer = decode(cls, raw, envelope=envelope)
    assert () == answer.problems
    sample = json.loads(raw)
    assert (sample[envelope] if envelope else sample) == json.loads(to_json(answer))


@pytest.mark.parametrize(
    ("method", "option", "cls"),
    [
        ("CARD", {"card_details": {"card_number": "4"}}, tenders.CardTender),
        (
            "CARD",
            {"card_token_details": {"token": "4", "token_txn_type": "ALT_TOKEN"}},
            tenders.CardTokenTender,
        ),
        ("CARDLESS_EMI", {"cardless_details": {"registered_mobile_number": "9"}}, tenders.CardlessEmiTender),
        ("UPI", {"upi_details": {"txn_mode": "INTENT"}}, tenders.UpiTender),
        ("NETBANKING", {"netbanking_details": {"pay_code": "NB1531"}}, tenders.NetbankingTender),
        ("WALLET", {"wallet_details": {"wallet_code": "XYZ"}}, tenders.WalletTender),
        (
            "POINTS",
            {"points_card_details": {"card_last4": "1", "card_number": "4", "registered_mobile_number": "9"}},
            tenders.PointsTender,
        ),
        ("BNPL", {"bnpl_details": {"mobile": "9", "bnpl_pay_code": "SIMPL3"}}, tenders.BnplTender),
        ("CRYPTO", {"coin": "x"}, tenders.OtherTender),
        ("WALLET", {"a_new_member": {"x": 1}}, tenders.OtherTender),
    ],
    ids=str,
)
def test_tender_is_read_by_method_and_member(method, option, cls):
    """The method and the member of its option choose the class; what is unknown loses nothing."""
    read = from_json(tenders.Tender, tender(method, option))
    assert cls is type(read)
    assert tender(method, option) == json.loads(to_json(read))


@pytest.mark.parametrize(
    ("method", "member", "cls"),
    [
        ("CREDIT_EMI", "card_details", tenders.CreditEmiTender),
        ("CREDIT_EMI", "card_token_details", tenders.CreditEmiTokenTender),
        ("DEBIT_EMI", "card_details", tenders.DebitEmiTender),
        ("DEBIT_EMI", "card_token_details", tenders.DebitEmiTokenTender),
    ],
)
def test_emi_tender_is_read_by_method_and_member(method, member, cls):
    """EMI on a card has a class for the number and one for the token, and both carry the offer."""
    option = {
        "card_details": {"card_number": "4"},
        "card_token_details": {"token": "4", "token_txn_type": "ALT_TOKEN"},
    }
    offer = {"offer_data": {"offer_details": {"id": "7", "tenure": {"tenure_id": "1"}}}}
    data = tender(method, {member: option[member]}, **offer)
    read = from_json(tenders.Tender, data)
    assert cls is type(read)
    assert data == json.loads(to_json(read))


@pytest.mark.parametrize(
    ("details", "cls"),
    [
        ({"txn_mode": "INTENT"}, instruments.UpiIntent),
        ({"txn_mode": "INTENT", "upi_qr": False}, instruments.UpiIntent),
        ({"txn_mode": "INTENT", "upi_qr": True}, instruments.UpiQr),
        (
            {"txn_mode": "COLLECT", "payer": {"vpa": "kevin@bank", "account_type": "SAVINGS"}},
            instruments.UpiCollect,
        ),
        ({"txn_mode": "TELEPATHY", "strength": 5}, instruments.OtherUpi),
    ],
    ids=str,
)
def test_upi_is_read_by_its_mode(details, cls):
    """Intent, QR code and collect each have a class; a new mode loses nothing."""
    read = from_json(instruments.UpiOption, {"upi_details": details})
    assert cls is type(read.upi_details)
    assert {"upi_details": details} == json.loads(to_json(read))


@pytest.mark.parametrize(
    ("details", "cls"),
    [
        (
            {"token": "4", "token_txn_type": "ALT_TOKEN", "cvv": "123", "cryptogram": "/w=", "token_id": "t"},
            instruments.CardTokenDetails,
        ),
        (
            {"token_id": "token-v1-1", "token_txn_type": "NETWORK_TOKEN", "cvv": "123"},
            instruments.SavedTokenDetails,
        ),
    ],
    ids=["token", "saved"],
)
def test_token_is_read_by_what_it_has(details, cls):
    """A token with its cryptogram and the id of a saved card are two classes under one member."""
    read = from_json(instruments.CardTokenOption, {"card_token_details": details})
    assert cls is type(read.card_token_details)
    assert {"card_token_details": details} == json.loads(to_json(read))


def test_a_member_of_another_method_is_no_option():
    """A card number under UPI has no class, so it goes out as it is for the gateway to refuse."""
    read = from_json(tenders.Tender, tender("UPI", {"card_details": {"card_number": "4"}}))
    assert tenders.OtherTender is type(read)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tenders.UpiTender(payment_amount=PRICE, payment_option=CARD),
        lambda: tenders.CardTender(payment_amount=PRICE, payment_option=TOKEN),
        lambda: tenders.CardTokenTender(payment_amount=PRICE, payment_option=CARD),
        lambda: tenders.CreditEmiTender(payment_amount=PRICE, payment_option=CARD),
        lambda: tenders.CardTender(payment_amount=PRICE, payment_option=CARD, offer_data=OFFER),
        lambda: tenders.WalletTender(payment_amount=PRICE, payment_option=CARD),
        instruments.UpiCollect,
        lambda: instruments.UpiIntent(upi_qr=True),
    ],
    ids=[
        "UPI by card",
        "number for token",
        "token for number",
        "EMI without an offer",
        "card with an EMI offer",
        "wallet by card",
        "collect from nobody",
        "intent as QR",
    ],
)
def test_what_does_not_fit_together_is_refused(make):
    """A method with another method's instrument cannot be made."""
    with pytest.raises(TypeError):
        make()


def test_split_tender():
    """A card and its points pay together, each with a reference of its own."""
    points = instruments.PointsCardDetails(
        card_last4="1112", card_number="4012001037141112", registered_mobile_number="9876543210"
    )
    payment = NewPayment(
        payments=[
            tenders.CardTender(payment_amount=Money(1500), payment_option=CARD),
            tenders.PointsTender(
                payment_amount=Money(3500),
                payment_option=instruments.PointsOption(points_card_details=points),
            ),
        ]
    )
    written = json.loads(to_json(payment))["payments"]
    assert ["CARD", "POINTS"] == [part["payment_method"] for part in written]
    assert 2 == len({part["merchant_payment_reference"] for part in written})
    assert payments.CREATE.reference(payment) == ",".join(
        part["merchant_payment_reference"] for part in written
    )


def test_mandate():
    """A mandate is made by saying nothing but that."""
    option = instruments.UpiOption(upi_details=instruments.UpiIntent())
    made = tenders.UpiTender(payment_amount=PRICE, payment_option=option, mandate_info=tenders.MandateInfo())
    assert {"request_type": "CREATE_MANDATE"} == json.loads(to_json(made))["mandate_info"]


def test_a_tenure_goes_back_as_it_came():
    """A tenure read from an answer is sent back with every figure, fractions to the last digit."""
    sample = json.loads((EXAMPLES / "payments/create-payment-debit-emi.request.json").read_bytes())
    found = sample["payments"][0]["offer_data"]["offer_details"]["tenure"]
    found |= {"discount": {}, "details": [], "total_subvention_amount": {"value": 0, "currency": "INR"}}
    raw = json.dumps(found).replace('"interest_rate_percentage": 16', '"interest_rate_percentage": 16.10')
    tenure = from_json(offers.Tenure, raw)
    assert Decimal("16.10") == tenure.interest_rate_percentage
    assert b'"interest_rate_percentage":16.10' in to_json(tenure)
    assert json.loads(raw) == json.loads(to_json(tenure))


def test_every_private_field_is_hidden():
    """Numbers, tokens, proofs, addresses and persons are marked private wherever they stand."""
    private = {
        *("card_number", "card_last4", "last4_digit", "name", "cvv", "expiry_month", "expiry_year"),
        *(
            "expiration_month",
            "expiration_year",
            "pan",
            "card_holder_name",
            "token",
            "token_id",
            "cryptogram",
        ),
        *(
            "cavv",
            "vpa",
            "mobile",
            "registered_mobile_number",
            "pan_number",
            "pan_last_digits",
            "account_number",
        ),
        *("diners_token_reference_id", "diners_token_requester_merchant_id", "otp", "payment_identifier"),
        *("source_ip_address", "browser_ip_address"),
    }
    shapes = {
        value
        for module in (cards, instruments, tenders)
        for value in vars(module).values()
        if isinstance(value, type) and attrs.has(value) and value.__module__ == module.__name__
    }
    marked = {(cls, field.name): is_hidden(field.type) for cls in shapes for field in attrs.fields(cls)}
    assert private <= {name for _, name in marked}
    assert [] == [where for where, hidden in marked.items() if where[1] in private and not hidden]


@pytest.mark.parametrize("name", REQUESTS)
def test_repr_shows_nothing_private(name):
    """No sample's card, proof, person, address or telephone number appears in its body's repr."""
    body = from_json(of(BODIES, name), (EXAMPLES / name).read_bytes())
    shown = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a new reference", repr(body))
    private = {
        *("4012001037141112", "5200000000001096", "4000000000001091", "4111111111111111", "1112", "Kevin"),
        *("9876543210", "ABCDE1234F", "234F", "kevin.bob@examplebank", "1234567890", "'123'", "123456"),
        *("/wAAAAAAl9SX1HsAmWKSgqwAAAA=", "AceY+igABPs3jdwNaDg3MAACAAA=", "10.10.10.10"),
    }
    assert [] == [text for text in private if text in shown]


CALLS = [
    (
        payments.CARD_DETAILS,
        "card_details",
        (),
        "card-payments/get-card-details",
        "/api/pay/v1/getCardDetails",
    ),
    (
        payments.CREATE,
        "create",
        ("v1-1",),
        "payments/create-payment-cardless-emi",
        "/api/pay/v1/orders/v1-1/payments",
    ),
    (
        payments.AUTHORIZE,
        "authorize",
        ("v1-1", "v1-1-cc-a"),
        "card-payments/decoupled-authorize",
        "/api/pay/v1/orders/v1-1/payments/v1-1-cc-a/authorize",
    ),
    (
        payments.AUTHORIZE_APPLE_PAY,
        "authorize_apple_pay",
        ("v1-1", "v1-1-wa-a"),
        "apple-pay/authorize-apple-pay-payment",
        "/api/pay/v1/orders/v1-1/payments/v1-1-wa-a/authorize",
    ),
    (payments.GENERATE_OTP, "generate_otp", (), "card-payments/generate-otp", "/api/pay/v1/otp/generate"),
    (payments.SUBMIT_OTP, "submit_otp", (), "card-payments/submit-otp", "/api/pay/v1/otp/submit"),
    (payments.RESEND_OTP, "resend_otp", (), "card-payments/resend-otp", "/api/pay/v1/otp/resend"),
]
each_call = pytest.mark.parametrize(
    ("operation", "verb", "ids", "sample", "path"), CALLS, ids=[c[1] for c in CALLS]
)


def test_every_operation_is_called():
    """The table of calls names every operation of the group, and both packages offer them."""
    declared = {value for value in vars(payments).values() if isinstance(value, Operation)}
    assert declared == {operation for operation, *_ in CALLS}
    for cls in (payments.Payments, pinelabs_sync.payments.Payments):
        offered = {name for name in vars(cls) if not name.startswith("_")}
        assert {verb for _, verb, *_ in CALLS} == offered


@each_call
async def test_call(recorder, operation, verb, ids, sample, path):
    """A call goes to its path with its body and no query, and returns the documented answer."""
    told = EXAMPLES / f"{sample}.response.json"
    answered = told if told.exists() else EXAMPLES / "payments/create-payment-cardless-emi.response.json"
    recorder.answers(answered.read_bytes())
    data = (EXAMPLES / f"{sample}.request.json").read_bytes()
    answer = await getattr(recorder.group(payments.Payments), verb)(*ids, from_json(operation.body, data))
    assert ("POST", path, "", json.loads(data)) == (
        recorder.last.method,
        recorder.last.path,
        recorder.last.query,
        recorder.last.body,
    )
    assert operation.answer is type(answer)
    assert () == answer.problems
    assert 1 == len(recorder.asked)


@each_call
@pytest.mark.parametrize("bad", ["a/b", "..", "", "a?b", "a%2Fb", "a#b"])
async def test_ids_cannot_change_the_path(recorder, operation, verb, ids, sample, path, bad):
    """An id that would lead elsewhere is refused before anything is sent."""
    body = from_json(operation.body, (EXAMPLES / f"{sample}.request.json").read_bytes())
    for index in range(len(ids)):
        wrong = [*ids[:index], bad, *ids[index + 1 :]]
        with pytest.raises(ValueError, match="_id"):
            await getattr(recorder.group(payments.Payments), verb)(*wrong, body)
    assert [] == recorder.asked


@pytest.mark.parametrize(
    "verb", ["authorize", "authorize_apple_pay", "generate_otp", "submit_otp", "resend_otp"]
)
async def test_a_lost_answer_is_not_repeated(recorder, verb):
    """What cannot be looked up by a reference is sent once, and its result is unknown."""
    operation, _, ids, sample, _ = next(row for row in CALLS if row[1] == verb)
    recorder.answers(b"<html>", status=502)
    body = from_json(operation.body, (EXAMPLES / f"{sample}.request.json").read_bytes())
    with pytest.raises(OutcomeUnknownError):
        await getattr(recorder.group(payments.Payments), verb)(*ids, body)
    assert 1 == len(recorder.asked)


async def test_card_look_up_is_repeated(recorder, monkeypatch):
    """Looking a card up changes nothing, so it is asked again."""
    monkeypatch.setattr("pinelabs_async.wire.attempt.FIRST_PAUSE", 0.001)
    recorder.answers(b"<html>", status=502)
    recorder.answers((EXAMPLES / "card-payments/get-card-details.response.json").read_bytes())
    query = cards.CardQuery(
        card_details=[cards.CardIdentifier(payment_identifier="4012", payment_reference_type="CARD")]
    )
    found = await recorder.group(payments.Payments).card_details(query)
    assert ["VISA"] == [card.card_network for card in found.card_payment_details]
    assert 2 == len(recorder.asked)


async def test_a_lost_split_payment_is_found_on_its_order(recorder, monkeypatch):
    """Both tenders of a split must be on the order, with their amounts, before it counts as found."""
    monkeypatch.setattr(call, "LOOK_UP_PAUSE", 0.001)
    data = json.loads((EXAMPLES / "payments/create-payment-card-and-points.request.json").read_bytes())
    payment = from_json(NewPayment, data)
    listed = [
        {
            "id": f"v1-1-{index}",
            "merchant_payment_reference": part.merchant_payment_reference,
            "status": "PENDING",
            "payment_amount": {"value": part.payment_amount.value, "currency": "INR"},
        }
        for index, part in enumerate(payment.payments)
    ]
    for told, found in ((listed, True), (listed[:1], False)):
        recorder._answers.clear()
        recorder.answers(b"", status=504)
        recorder.answers({"data": {"order_id": "v1-1", "status": "PENDING", "payments": told}})
        calling = recorder.group(payments.Payments).create("v1-1", payment)
        if found:
            assert (await calling).recovered
        else:
            with pytest.raises(OutcomeUnknownError):
                await calling
    assert ["POST", "GET", "POST", "GET"] == [asked.method for asked in recorder.asked]


async def test_blocking_twin(recorder):
    """The blocking package makes the same call."""
    recorder.answers((EXAMPLES / "card-payments/submit-otp.response.json").read_bytes())
    origin = recorder.session._caller.settings.base_url

    def submit():
        with pinelabs_sync.Session("client", "s3cret", base_url=origin) as session:
            return session.payments.submit_otp(cards.Otp(payment_id="v1-1-cc-a", otp="0123"))

    result = await asyncio.to_thread(submit)
    assert cards.OtpStatus.SUCCESS is result.status
    assert {"payment_id": "v1-1-cc-a", "otp": "0123"} == recorder.last.body
