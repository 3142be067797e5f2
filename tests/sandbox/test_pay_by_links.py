"""The older Pay by Links: forms in, numbers inside a 200 out."""

import json
from pathlib import Path

import pytest

from pinelabs_async import (
    ApiError,
    LegacyCredentials,
    NewPayByLink,
    PayByLinkInquiry,
    PayByLinkMode,
    PayByLinkReminder,
    PayByLinkTxnStatus,
)
from pinelabs_async.sandbox import Sandbox
from tests.sandbox.told import events, session

EXAMPLES = Path(__file__).parents[1] / "data" / "examples" / "payment-links-legacy"


def example(name):
    return json.loads((EXAMPLES / name).read_text())


def form(name):
    return dict(line.split("=", 1) for line in (EXAMPLES / name).read_text().split())


class Old:
    """A merchant at the older gateway."""

    def __init__(self, api, box):
        self.api, self.box, self.merchant = api, box, box.add_merchant()

    async def call(self, name, **fields):
        credentials = {
            "MERCHANT_ID": self.merchant.merchant_id,
            "MERCHANT_ACCESS_CODE": self.merchant.access_code,
        }
        sent = {key: value for key, value in (credentials | fields).items() if value is not None}
        async with self.api.http.post(f"/api/PaymentURL/{name}", data=sent) as answer:
            # Failures, too, are a 200: the number decides.
            assert (200, "application/json") == (answer.status, answer.content_type)
            return await answer.json()

    async def create(self, **changes):
        return await self.call(
            "CreatePaymentURL", **{**form("create.request.form"), **self._own(), **changes}
        )

    async def resend(self, **fields):
        return await self.call("ResendSmsEmail", **fields)

    async def status(self, reference="pl_644123"):
        return await self.call("GetStatus", REFERENCE_NO=reference)

    async def press(self, link, outcome):
        async with self.api.http.post(link["PAYMENT_URL"], data={"outcome": outcome}) as answer:
            return answer.status

    def _own(self):
        return {
            "MERCHANT_ID": self.merchant.merchant_id,
            "MERCHANT_ACCESS_CODE": self.merchant.access_code,
        }


@pytest.fixture
def old(stranger, box):
    return Old(stranger, box)


async def test_a_new_link_is_the_documented_one(old, box):
    """The documented form gets the documented answer, but for id and URL, without a token."""
    expected = example("create.response.json")

    link = await old.create()

    assert {name: type(value) for name, value in expected.items()} == {
        name: type(value) for name, value in link.items()
    }
    assert (1, "SUCCESS") == (link["RESPONSE_CODE"], link["RESPONSE_MESSAGE"])
    assert link["PAYMENT_URL"].startswith(box.base_url)
    (done,) = box.ledger
    assert ("pay_by_links.create", "pl_644123", 20000, "INR", "none") == (
        done.operation,
        done.reference,
        done.amount,
        done.currency,
        done.money,
    )


async def test_the_access_code_stays_out_of_sight(old, box):
    """It is a UUID, of each merchant its own, and no text shows it."""
    code = old.merchant.access_code

    assert [8, 4, 4, 4, 12] == [len(part) for part in code.split("-")]
    assert code != box.add_merchant().access_code
    assert code not in f"{old.merchant!r} {old.merchant} {box!r} {box._state!r}"


async def test_an_untried_link_has_no_payment_in_its_status(old):
    """Before anybody tried to pay, the inquiry is complete and tells of no payment."""
    await old.create()

    status = await old.status()

    expected = {
        "RESPONSE_CODE": 1,
        "RESPONSE_MESSAGE": "SUCCESS",
        "REFERENCE_NO": "pl_644123",
        "AMOUNT": 20000,
        "TXN_STATUS": "7",
        "REFUND_AMOUNT": "0",
    }
    assert expected == status


async def test_a_paid_link_has_the_documented_status(old, box):
    """After the payment the members and their types are the published ones, and the browser brings the callback."""
    expected = example("get-status.response.json")
    link = await old.create(PAYMENT_MODE="3,10", REFERENCE_NO="0123")

    back = await box.payer.approve(link["PAYMENT_URL"])
    status = await old.status("0123")

    assert {name: type(value) for name, value in expected.items()} == {
        name: type(value) for name, value in status.items()
    }
    fixed = {"PAYMENT_MODE", "REFERENCE_NO", "TXN_STATUS", "PARENT_TXN_STATUS", "ACQUIRER_RESPONSE_CODE"}
    assert {name: expected[name] for name in fixed} == {name: status[name] for name in fixed}
    assert str(status["PINE_PG_TRANSACTION_ID"]) == back["PINE_PG_TRANSACTION_ID"]
    documented = (
        "RESPONSE_CODE RESPONSE_MESSAGE AUTH_CODE RRN PINE_PG_TRANSACTION_ID ACQUIRER_NAME REFERENCE_NO"
        " AMOUNT MERCHANT_ID PAYMENT_MODE"
    )
    assert set(documented.split()) == set(back)
    assert (old.merchant.merchant_id, "20000") == (back["MERCHANT_ID"], back["AMOUNT"])
    assert 20000 == box.ledger.money_in
    assert [] == events(box)


async def test_a_paid_link_takes_no_second_payment(old, box):
    """The page of a paid link is closed."""
    link = await old.create()

    assert [200, 409, 409] == [await old.press(link, choice) for choice in ("approve", "approve", "decline")]
    assert (20000, "4") == (box.ledger.money_in, (await old.status())["PARENT_TXN_STATUS"])


@pytest.mark.parametrize(
    ("act", "parent_status"), [("decline", "-7"), ("cancel", "-10"), ("start", "1"), ("approve", "4")]
)
async def test_the_parent_status_says_how_the_payment_went(old, box, act, parent_status):
    """The inquiry's own status is always 7; only 4 brings money in."""
    link = await old.create()

    assert 200 == await old.press(link, act)

    status = await old.status()
    assert ("7", parent_status) == (status["TXN_STATUS"], status["PARENT_TXN_STATUS"])
    assert (20000 if act == "approve" else 0) == box.ledger.money_in


async def test_a_failed_payment_may_be_tried_again(old, box):
    """Each attempt is a transaction of its own, and the status tells of the latest."""
    link = await old.create()
    await box.payer.decline(link["PAYMENT_URL"])
    first = await old.status()

    await box.payer.approve(link["PAYMENT_URL"])

    second = await old.status()
    assert ("-7", "4") == (first["PARENT_TXN_STATUS"], second["PARENT_TXN_STATUS"])
    assert first["PINE_PG_TRANSACTION_ID"] != second["PINE_PG_TRANSACTION_ID"]
    assert 20000 == box.ledger.money_in


@pytest.mark.parametrize(("answer", "parent_status"), [(None, "14"), ("approve", "4"), ("cancel", "-10")])
async def test_a_payment_that_nobody_finishes_is_dropped(old, box, answer, parent_status):
    """After a quarter of an hour a started attempt is dropped, unless it was answered."""
    link = await old.create()
    await old.press(link, "start")
    started = await old.status()
    box.clock.advance(minutes=14)
    if answer:
        await old.press(link, answer)

    box.clock.advance(minutes=2)

    ended = await old.status()
    assert ("1", parent_status) == (started["PARENT_TXN_STATUS"], ended["PARENT_TXN_STATUS"])
    assert started["PINE_PG_TRANSACTION_ID"] == ended["PINE_PG_TRANSACTION_ID"]


async def test_a_newer_attempt_is_not_dropped_with_an_older_one(old, box):
    """What becomes due looks whether it is still about the attempt that it was meant for."""
    link = await old.create()
    await old.press(link, "start")
    await old.press(link, "decline")
    box.clock.advance(minutes=10)
    await old.press(link, "start")

    box.clock.advance(minutes=6)

    assert "1" == (await old.status())["PARENT_TXN_STATUS"]


async def test_a_link_is_sent_again(old, box):
    """The answer is the published one, and each reminder an execution."""
    link = await old.create()

    answers = [await old.resend(PAYMENT_LINK_ID=str(link["PAYMENT_LINK_ID"])) for _ in range(2)]

    assert [example("resend.response.json")] * 2 == answers
    assert 2 == box.ledger.count("pay_by_links.resend", reference="pl_644123")


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"MERCHANT_ID": None}, -3, "INVALID MERCHANT_ID"),
        ({"MERCHANT_ID": "1"}, -3, "INVALID MERCHANT_ID"),
        ({"MERCHANT_ACCESS_CODE": None}, -8, "INVALID MERCHANT_ACCESS_CODE"),
        (
            {"MERCHANT_ACCESS_CODE": "00000000-0000-0000-0000-000000000000"},
            -9,
            "INVALID MERCHANT ID ACCESS CODE",
        ),
        ({"AMOUNT": None}, -2, "INVALID AMOUNT"),
        ({"AMOUNT": "0"}, -2, "INVALID AMOUNT"),
        ({"AMOUNT": "-5"}, -2, "INVALID AMOUNT"),
        ({"AMOUNT": "200.00"}, -2, "INVALID AMOUNT"),
        ({"AMOUNT": "9223372036854775808"}, -2, "INVALID AMOUNT"),
        ({"PRODUCT_DESCRIPTION": "x" * 201}, -4, "INVALID PRODUCT DESCRIPTION"),
        ({"CUSTOMER_EMAIL_ID": "nobody"}, -5, "INVALID CUSTOMER EMAIL ID"),
        ({"CUSTOMER_EMAIL_ID": "x" * 50 + "@a.b"}, -5, "INVALID CUSTOMER EMAIL ID"),
        ({"CUSTOMER_MOBILE_NO": "12345"}, -6, "INVALID CUSTOMER MOBILE NO"),
        (
            {"PRODUCT_CODE": "xyz"},
            -10,
            "BRAND_EMI_NOT_ENABLED_AND_PRODUCT_CODE_PRESENT_IN_REQUEST",
        ),
        ({"REFERENCE_NO": None}, -1, "FAILURE"),
        ({"REFERENCE_NO": "x" * 101}, -1, "FAILURE"),
        ({"PAYMENT_MODE": None}, -1, "FAILURE"),
        ({"PAYMENT_MODE": "1,99"}, -1, "FAILURE"),
        ({"PAYMENT_MODE": "1,"}, -1, "FAILURE"),
    ],
)
async def test_a_wrong_form_is_refused_by_number(old, box, changes, code, message):
    """Each wrong field has its published number, and nothing is made."""
    assert {"RESPONSE_CODE": code, "RESPONSE_MESSAGE": message} == await old.create(**changes)
    assert 0 == box.ledger.count()
    assert not box.exchanges[-1].executed


async def test_optional_fields_may_be_missing_or_empty(old):
    """Neither contact nor description is needed, and every mode of the published sample is taken."""
    link = await old.create(
        CUSTOMER_MOBILE_NO=None, CUSTOMER_EMAIL_ID="", PRODUCT_DESCRIPTION="", PAYMENT_MODE="1,2,10"
    )

    assert 1 == link["RESPONSE_CODE"]


@pytest.mark.parametrize("call", ["resend", "status"])
async def test_unknown_links_and_wrong_credentials_are_refused(old, box, call):
    """Reading and resending check the same credentials, find only the merchant's own links, and do nothing."""
    link = await old.create()
    fields = {"PAYMENT_LINK_ID": str(link["PAYMENT_LINK_ID"]), "REFERENCE_NO": "pl_644123"}
    name = {"resend": "ResendSmsEmail", "status": "GetStatus"}[call]
    other = box.add_merchant()

    codes = [
        (await old.call(name, **changes))["RESPONSE_CODE"]
        for changes in (
            {},
            dict.fromkeys(fields, "x"),
            fields | {"MERCHANT_ID": other.merchant_id, "MERCHANT_ACCESS_CODE": other.access_code},
            fields | {"MERCHANT_ID": other.merchant_id},
            fields | {"MERCHANT_ID": "0"},
            fields | {"MERCHANT_ACCESS_CODE": ""},
            fields,
        )
    ]

    assert [-1, -1, -1, -9, -3, -8, 1] == codes
    assert (1 if call == "resend" else 0) == box.ledger.count(f"pay_by_links.{call}")


@pytest.mark.parametrize("setting", ["refuse", "return"])
async def test_a_repeated_reference_is_refused_or_returned(open_api, setting):
    """No second link is made with a reference, in either setting."""
    async with Sandbox(duplicate_references=setting) as box:
        old = Old(await open_api(box), box)
        link = await old.create()

        again = await old.create(AMOUNT="100")

        refused = {"RESPONSE_CODE": -1, "RESPONSE_MESSAGE": "FAILURE"}
        assert (refused if setting == "refuse" else link) == again
        assert 1 == box.ledger.count("pay_by_links.create")


async def test_pages_say_what_is_wrong(old, box):
    """An unknown link and an unknown choice are errors, and start nothing."""
    link = await old.create()

    assert 404 == await old.press({"PAYMENT_URL": "/old-link/nothing"}, "approve")
    assert 400 == await old.press(link, "steal")
    async with old.api.http.get("/old-link/nothing") as answer:
        assert 404 == answer.status
    assert "PARENT_TXN_STATUS" not in await old.status()
    assert 1 == len(box.ledger)


async def test_a_reset_forgets_links_and_keeps_the_access_code(old, box):
    """The same credentials meet an empty gateway."""
    await old.create()

    box.reset()

    assert -1 == (await old.status())["RESPONSE_CODE"]
    assert 1 == (await old.create())["RESPONSE_CODE"]


async def test_the_sdk_reads_old_links_whole(old, box):
    """Every operation answers the SDK with what it has a field for; a refusal is an error with its number."""
    legacy = LegacyCredentials(old.merchant.merchant_id, old.merchant.access_code)
    async with session(box, legacy=legacy) as pinelabs:
        new = NewPayByLink(reference_no="pl_1", amount=20000, payment_mode=PayByLinkMode.NETBANKING)
        link = await pinelabs.pay_by_links.create(new)
        untried = await pinelabs.pay_by_links.status(PayByLinkInquiry(reference_no="pl_1"))
        sent = await pinelabs.pay_by_links.resend(PayByLinkReminder(payment_link_id=link.payment_link_id))
        await box.payer.approve(link.payment_url)
        paid = await pinelabs.pay_by_links.status(PayByLinkInquiry(reference_no="pl_1"))
        with pytest.raises(ApiError) as refused:
            await pinelabs.pay_by_links.status(PayByLinkInquiry(reference_no="nothing"))

    for answer in (link, untried, sent, paid):
        assert () == answer.problems
        assert {name: str(value) for name, value in answer.raw.items()} == {
            name.upper(): str(getattr(answer, name))
            for name in type(answer).__annotations__
            if getattr(answer, name) is not None
        }
    assert (False, True) == (untried.is_paid, paid.is_paid)
    assert (PayByLinkTxnStatus.QUERY_COMPLETE, PayByLinkMode.NETBANKING) == (
        paid.txn_status,
        paid.payment_mode,
    )
    assert ("-1", "refused") == (refused.value.code, refused.value.outcome)


async def test_a_lost_answer_leaves_one_link(old, box):
    """A fault after the execution drops the answer of what was made; a refusal inside a 200 made nothing."""
    box.faults.add(operation="pay_by_links.create", at="after_execute", what="status")

    refused = await old.create(AMOUNT="0")
    async with old.api.http.post(
        "/api/PaymentURL/CreatePaymentURL", data={**form("create.request.form"), **old._own()}
    ) as lost:
        assert 503 == lost.status

    assert -2 == refused["RESPONSE_CODE"]
    assert 1 == box.ledger.count("pay_by_links.create")
    assert 1 == (await old.status())["RESPONSE_CODE"]
