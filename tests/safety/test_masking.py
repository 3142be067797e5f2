"""What keeps secrets out of errors: masks in the gateway's words, and tracebacks without the frames that were given them."""

import inspect
import time
import traceback

import pytest

from pinelabs_async import (
    CardDetails,
    ConfigurationError,
    Customer,
    NewOrder,
    SignatureError,
    return_url,
    webhooks,
)
from pinelabs_async.wire.redact import frameless, mask
from pinelabs_async.wire.shape import private_texts
from tests.loopback.shop import card_payment, emi_payment


@pytest.mark.parametrize(
    ("text", "private", "masked"),
    [
        ("card 4012001037141112 is bad", ["4012001037141112"], "card *** is bad"),
        ("no user +919876543210", ["9876543210"], "no user +91***"),
        ("KEVIN@BANK is unknown", ["kevin@bank"], "*** is unknown"),
        ("CVV 065 is wrong, not 10650", ["065"], "CVV *** is wrong, not 10650"),
        ("month 12, code 1234", ["12"], "month ***, code 1234"),
        ("kevin@bank and kevin@bank.in", ["kevin@bank", "kevin@bank.in"], "*** and ***"),
        ("any.thing (at all)*", [".", "a", "", "(at all)*"], "any.thing ***"),
        ("a.b-c.d a.bxc.d", ["a.b-c.d"], "*** a.bxc.d"),
        ("nothing of it", ["065", "4012001037141112"], "nothing of it"),
        ("nothing given", [], "nothing given"),
        (f"a {'file ' * 300}!", ["file " * 300], "a ***!"),
    ],
)
def test_mask(text, private, masked):
    """Private texts go wherever they stand, short ones where they are a word; the rest stays."""
    assert masked == mask(text, private)


def test_a_mask_takes_no_time():
    """Megabytes that were sent do not stop the event loop when an error is made."""
    started = time.process_time()
    assert "no answer in time" == mask("no answer in time", ["x" * 20_000_000])
    assert "*** is too long" == mask("x" * 2_000_000 + " is too long", ["x" * 2_000_000])
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("body", "private"),
    [
        (card_payment(), {"4012001037141112", "065", "Kevin Bob"}),
        (emi_payment(), {"9876543210", "ABCDE1234F"}),
        (Customer(email_id="a@b.example", country_code="91"), {"a@b.example"}),
        (Customer(extra={"deep": [{"pin": 12345, "on": True}], "none": None}), {"12345"}),
        (None, set()),
    ],
)
def test_private_texts(body, private):
    """The hidden fields of every part of a body are private, extra ones too, and nothing else is."""
    assert private == set(private_texts(body))


def shown(error):
    """Write an error and all that led to it, with the locals of the SDK's frames."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if "/tests/" not in frame.filename.replace("\\", "/")]
    return f"{[frame.locals for frame in frames]}{error.__cause__!r}{error.__context__!r}"


@frameless
def guarded(secret: str, kind: type[Exception] = ValueError) -> str:
    """Say what it does."""
    if kind is str:
        return secret
    try:
        return {}[secret]
    except KeyError as error:
        raise kind("no") from error


def test_a_frameless_function_is_itself():
    """Name, signature, docstring, result and arguments are those of the function."""
    assert ("guarded", "Say what it does.") == (guarded.__name__, guarded.__doc__)
    assert ["secret", "kind"] == list(inspect.signature(guarded).parameters)
    assert "s3cret" == guarded("s3cret", kind=str)


@pytest.mark.parametrize("kind", [ValueError, TypeError, ConfigurationError])
def test_a_documented_error_has_no_frames(kind):
    """What a caller is to catch comes as it is, and without what it came through."""
    with pytest.raises(kind, match="no") as caught:
        guarded("s3cret", kind)
    assert kind is caught.type
    assert "s3cret" not in shown(caught.value)


def test_a_fault_keeps_its_frames():
    """What nobody is to catch is a fault, and its traceback is there to find it."""
    with pytest.raises(ZeroDivisionError) as caught:
        guarded("s3cret", ZeroDivisionError)
    assert "guarded" in [frame.name for frame in traceback.extract_tb(caught.tb)]


def test_what_a_caller_was_at_stays():
    """An error raised while the caller handles one of its own still says so."""
    own = OSError("the caller's own")
    try:
        raise own
    except OSError:
        with pytest.raises(ValueError) as caught:
            guarded("s3cret")
    assert own is caught.value.__context__


@pytest.mark.parametrize(
    "call",
    [
        lambda: webhooks.verify(b"card 4012", {}, "the-key"),
        lambda: webhooks.verify(b"card 4012", {"webhook-id": "1"}, ["the-key", "\ud800"]),
        lambda: webhooks.verify_legacy(b"card 4012", {}, "the-key"),
        lambda: webhooks.sign("card 4012", "the-key"),
        lambda: return_url.verify({"order_id": ["the-key"]}, "00ff"),
        lambda: return_url.verify({"order_id": "card 4012"}, "the-key"),
        lambda: return_url.verify_legacy({"order_id": "card 4012"}, "the-key"),
        lambda: Customer(email_id="the-key", country_code=4012),
        lambda: NewOrder(notes="the-key", new="card 4012"),
        lambda: CardDetails(card_number=4012, cvv="the-key"),
    ],
)
def test_the_doors(call):
    """Neither a key nor what was to be checked with it is in a traceback."""
    with pytest.raises((SignatureError, ConfigurationError, ValueError, TypeError)) as caught:
        call()
    assert "the-key" not in shown(caught.value)
    assert "4012" not in shown(caught.value)
