"""Strict mode: a test hears of every answer in which something did not fit, and production never does."""

import warnings

import pytest

import pinelabs_sync
from pinelabs_async import AnswerProblemWarning, ConfigurationError, MemoryIntentStore, Session
from tests.loopback.raw import LoopThread, RawServer, answer, drop, order_json
from tests.loopback.shop import new_order

BENT = order_json(order_amount={"value": 499.99, "currency": "INR"}, pre_auth="maybe")


async def test_a_misfit_is_an_error_of_the_test(raw, connect):
    """Where warnings are errors, as in this suite, the call ends in one that names operation and place."""
    raw.script = [answer(BENT)]
    with pytest.raises(AnswerProblemWarning) as caught:
        await connect(raw, strict=True).orders.get("v1-order")
    assert str(caught.value).startswith("orders.get: $.data.order_amount")
    assert "$.data.pre_auth: expected true or false, got a text" in str(caught.value)
    assert "499" not in str(caught.value)


async def test_a_misfit_is_a_warning_elsewhere(raw, connect):
    """Where they are not, the answer comes as without strict mode, and the warning points at the call."""
    raw.script = [answer(BENT)]
    with pytest.warns(AnswerProblemWarning) as told:
        order = await connect(raw, strict=True).orders.get("v1-order")
    usual = await connect(raw).orders.get("v1-order")
    assert (usual, usual.problems, usual.raw) == (order, order.problems, order.raw)
    assert [__file__] == [warning.filename for warning in told]


async def test_a_write_is_settled_first(raw, connect):
    """The error comes after the end of the write: the journal knows that it was carried out."""
    raw.script = [answer(BENT)]
    journal = MemoryIntentStore()
    with pytest.raises(AnswerProblemWarning):
        await connect(raw, strict=True, journal=journal).orders.create(new_order())
    assert ((), 1) == (await journal.pending(), len(raw.requests))


async def test_what_fits_is_silent(raw, connect):
    """New members and unknown values are no misfits; nor is what a look-up cannot give back."""
    new = new_order()
    found = order_json(new.merchant_order_reference, new.order_amount.value, brand_new=1, type="NOVELTY")
    raw.script = [answer(found)]
    session = connect(raw, strict=True)
    assert "NOVELTY" == (await session.orders.get("v1-order")).type
    found["data"]["type"] = "CHARGE"
    raw.script = [drop, answer(found)]
    assert (await session.orders.create(new)).recovered


async def test_options_keep_it(raw, connect):
    """A Session with other settings for some calls is as strict."""
    raw.script = [answer(BENT)]
    with pytest.raises(AnswerProblemWarning):
        await connect(raw, strict=True).with_options(timeout=5).orders.get("v1-order")


async def test_a_page_counts(raw, connect):
    """A listing's pages are answers too."""
    raw.script = [answer({"data": []})]
    with pytest.raises(
        AnswerProblemWarning, match=r"payouts\.list: \$\.data: expected an object, got a list"
    ):
        async for _ in connect(raw, strict=True).payouts.list():
            pass


def test_blocking():
    """The blocking package has it."""
    with LoopThread() as there:
        server = there.run(RawServer(answer(BENT)).__aenter__())
        with (
            pinelabs_sync.Session("id", "s3cret", base_url=server.base_url, strict=True) as session,
            pytest.raises(pinelabs_sync.AnswerProblemWarning),
        ):
            session.orders.get("v1-order")
        there.run(server.__aexit__())


@pytest.mark.parametrize("package", [Session, pinelabs_sync.Session], ids=["async", "sync"])
def test_never_in_production(package):
    """Where the money is real an answer always reaches its caller."""
    with pytest.raises(ConfigurationError, match="strict is for tests"):
        package("id", "s3cret", environment="production", strict=True)
    with pytest.raises(ConfigurationError, match="strict is for tests"):
        package("id", "s3cret", base_url="https://api.pluralpay.in/", strict=True)
    package("id", "s3cret", environment="production", base_url="http://127.0.0.1:1", strict=True)
    package("id", "s3cret", environment="production", strict=False)


@pytest.mark.parametrize("value", [None, 1, "yes"])
def test_it_is_yes_or_no(value):
    """Anything but a bool is refused."""
    with pytest.raises(ConfigurationError, match="strict must be True or False"):
        Session("id", "s3cret", strict=value)


async def test_off_is_off(raw, connect):
    """Without it no answer warns, however bent."""
    raw.script = [answer(BENT)]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        order = await connect(raw).orders.get("v1-order")
    assert ([], True) == (told, bool(order.problems))
