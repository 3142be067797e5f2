"""The payer's return: what is signed is read, and nothing else gets through."""

import contextlib
import json
import time
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, MultiDict, MultiDictProxy

from pinelabs_async import ConfigurationError, OrderStatus, ReturnedOrder, Secret, SignatureError, return_url

_ALL = json.loads((Path(__file__).parents[1] / "data/examples/signatures/vectors.json").read_text())
VECTORS = _ALL["return_url"]
LEGACY = _ALL["legacy_dia_secret"]
SECRET = "00112233445566778899aabbccddeeff"
FIELDS = {"order_id": "v1-4405071524-aa-qlAtAf", "status": "PROCESSED"}

each_vector = pytest.mark.parametrize(
    "vector", VECTORS, ids=lambda vector: f"{vector['id']}, {vector['title']}"
)


class FormLike(dict):
    """A form as Django, Starlette and Werkzeug give it: getlist, and the last value by name."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self.pairs = list(pairs)

    def getlist(self, name):
        return [value for key, value in self.pairs if key == name]


def signed(fields=FIELDS, secret=SECRET, **more):
    fields = {**fields, **more}
    return {**fields, "signature": return_url.sign(fields, secret)}


def reason_of(fields, secret=SECRET):
    with pytest.raises(SignatureError) as caught:
        return_url.verify(fields, secret)
    assert "unknown" == caught.value.outcome
    return caught.value.reason


@each_vector
def test_vector(vector):
    """Every worked vector is accepted or refused as it says, for the reason it says."""
    params, secret, expected = vector["params"], vector["secret_hex"], vector["expected"]
    if expected["valid"]:
        found = return_url.verify(params, secret)
        assert params["order_id"] == found.order_id
        assert (params.get("status") or params["payment_status"]) == found.status
        assert {name: value for name, value in params.items() if name != "signature"} == found.fields
    elif expected["reason"] == "invalid_secret":
        with pytest.raises(ConfigurationError):
            return_url.verify(params, secret)
    else:
        assert expected["reason"] == reason_of(params, secret)


@each_vector
def test_vector_is_signed_alike(vector):
    """Signing the fields of a vector gives the signature that it says."""
    fields = {name: value for name, value in vector["params"].items() if name != "signature"}
    if vector["expected"]["computed_signature"] is None:
        with pytest.raises(ConfigurationError):
            return_url.sign(fields, vector["secret_hex"])
    else:
        assert vector["expected"]["computed_signature"] == return_url.sign(fields, vector["secret_hex"])


@each_vector
@pytest.mark.parametrize("kind", ["multidict", "proxy", "case-insensitive", "getlist", "parse_qs"])
def test_vector_in_every_form(vector, kind):
    """A framework's form data gives the same result as a plain dict."""
    if vector["expected"]["reason"] == "invalid_secret":
        return
    pairs = list(vector["params"].items())
    form = {
        "multidict": MultiDict(pairs),
        "proxy": MultiDictProxy(MultiDict(pairs)),
        "case-insensitive": CIMultiDict(pairs),
        "getlist": FormLike(pairs),
        "parse_qs": {name: [value] for name, value in pairs},
    }[kind]
    if vector["expected"]["valid"]:
        assert return_url.verify(vector["params"], SECRET) == return_url.verify(form, SECRET)
    else:
        assert vector["expected"]["reason"] == reason_of(form)


def test_what_is_read():
    """The order, its status as an enum, the error, and every signed field."""
    fields = {**FIELDS, "status": "FAILED", "error_code": "X", "error_message": "no money", "more": "yes"}
    expected = ReturnedOrder(
        order_id=FIELDS["order_id"],
        status=OrderStatus.FAILED,
        error_code="X",
        error_message="no money",
        fields=fields,
    )
    assert expected == return_url.verify(signed(fields), SECRET)
    assert OrderStatus is type(return_url.verify(signed(status="NEW_ONE"), SECRET).status)


def test_an_empty_error_is_no_error():
    """Error fields that came empty are None."""
    found = return_url.verify(signed(error_code="", error_message=""), SECRET)
    assert (None, None) == (found.error_code, found.error_message)


def test_a_real_form_body():
    """A form body parsed by the standard library is accepted, blank values kept."""
    fields = signed(error_message="भुगतान विफल & <b>", error_code="")
    body = urlencode(fields)
    assert (
        fields["order_id"]
        == return_url.verify(dict(parse_qsl(body, keep_blank_values=True)), SECRET).order_id
    )
    assert fields["order_id"] == return_url.verify(parse_qs(body, keep_blank_values=True), SECRET).order_id


@pytest.mark.parametrize("name", ["order_id", "status", "signature", "other"])
@pytest.mark.parametrize("make", [MultiDict, FormLike], ids=["getall", "getlist"])
@pytest.mark.parametrize("again", ["first", "last", "same"])
def test_duplicates_are_refused(name, make, again):
    """A field that came twice is refused, wherever the right one stands and also when both are equal."""
    fields = signed(other="x")
    twice = (name, fields[name] if again == "same" else "OTHER")
    pairs = [twice, *fields.items()] if again == "first" else [*fields.items(), twice]
    assert "duplicate_field" == reason_of(make(pairs))


@pytest.mark.parametrize("name", ["order_id", "status", "signature"])
def test_duplicates_of_parse_qs_are_refused(name):
    """Two values in a list are refused as well, and so is an empty list."""
    fields = {key: [value] for key, value in signed().items()}
    assert "duplicate_field" == reason_of({**fields, name: [*fields[name], "x"]})
    assert "duplicate_field" == reason_of({**fields, name: []})


def test_duplicates_in_another_case_are_refused():
    """A multidict that ignores case sees two spellings of a name as one field."""
    assert reason_of(CIMultiDict([*signed().items(), ("STATUS", "PROCESSED")])) in (
        "duplicate_field",
        "signature_mismatch",
    )


ODD_VALUES = {
    "bytes": b"PROCESSED",
    "None": None,
    "int": 5,
    "bool": True,
    "float": 1.5,
    "dict": {"a": "b"},
    "tuple": ("PROCESSED",),
    "set": {"PROCESSED"},
    "list of bytes": [b"PROCESSED"],
    "list of None": [None],
    "list of lists": [["PROCESSED"]],
    "file": object(),
}


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
@pytest.mark.parametrize("name", ["order_id", "status", "signature", "upload"])
def test_only_texts_are_fields(name, value):
    """A file, bytes, null or number among the fields is refused."""
    assert "malformed_field" == reason_of({**signed(), name: value})


@pytest.mark.parametrize("name", [None, 5, b"status", ("a",)], ids=repr)
def test_only_texts_are_names(name):
    """A field whose name is no text is refused."""
    assert "malformed_field" == reason_of({**signed(), name: "x"})


@pytest.mark.parametrize(
    "fields", [{}, FIELDS, {**FIELDS, "signature": ""}, {**FIELDS, "Signature": "AA"}], ids=str
)
def test_missing_signature(fields):
    """A return without signature is refused."""
    assert "missing_signature" == reason_of(fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": "PROCESSED"},
        {"order_id": "v1"},
        {"order_id": "", "status": "PROCESSED"},
        {"order_id": "v1", "status": ""},
        {"Order_Id": "v1", "Status": "PROCESSED"},
    ],
    ids=str,
)
def test_missing_fields(fields):
    """A return that is signed but names no order or no status is refused."""
    assert "missing_field" == reason_of(signed({}, **fields))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "processed"},
        {"status": "PROCESSED "},
        {"status": ""},
        {"order_id": "v1-4405071524-aa-qlAtAg"},
        {"order_id": ""},
        {"amount": "1"},
        {"payment_status": "PROCESSED"},
        {"error_code": "0"},
    ],
    ids=str,
)
def test_any_change_is_seen(change):
    """A field changed, emptied or added after signing is refused."""
    assert "signature_mismatch" == reason_of({**signed(status="FAILED"), **change})


def test_a_field_left_out_is_seen():
    """A field taken away after signing is refused, also one that was signed empty."""
    for fields in (signed(error_code="X"), signed(error_code="")):
        del fields["error_code"]
        assert "signature_mismatch" == reason_of(fields)


@pytest.mark.parametrize("name", ["a=b", "a&b", "", " ", "a b", "é", "x" * 65, "a\n"], ids=ascii)
def test_names_are_plain(name):
    """A field whose name is none that a gateway would use is refused, though it be signed."""
    assert "malformed_field" == reason_of(signed({**FIELDS, name: "x"}))


FOLDED = {
    # what was signed -> the same signed text, cut into other fields
    "into a name": ({}, {"error_code=DECLINED&error_message": "no"}),
    "into a value": ({"amount": "1"}, {"amount": "1&error_code=DECLINED&error_message=no"}),
}


@pytest.mark.parametrize(("more", "folded"), FOLDED.values(), ids=FOLDED)
def test_an_error_cannot_be_hidden(more, folded):
    """A payer cannot fold the signed error into another field, where nobody looks for it, and keep the signature."""
    fields = signed(error_code="DECLINED", error_message="no", **more)
    rest = {name: fields[name] for name in ("order_id", "status", "signature")}
    assert reason_of({**folded, **rest}) in {"malformed_field", "signature_mismatch"}


@pytest.mark.parametrize("name", ["order_id", "status", "payment_status"])
@pytest.mark.parametrize("more", ["&udf=b", "&udf[]=b", "&", "&udf"])
def test_nothing_hides_in_what_decides(name, more):
    """The order and its status are single words: whatever was folded into them is refused, though it be signed."""
    fields = {**FIELDS, "payment_status": "PROCESSED"}
    assert "malformed_field" == reason_of(signed({**fields, name: fields[name] + more}))


def test_a_field_cannot_be_folded_into_the_status():
    """A field that was signed beside the status is not taken for a part of it."""
    fields = signed(udf="b")
    folded = {"order_id": FIELDS["order_id"], "status": "PROCESSED&udf=b", "signature": fields["signature"]}
    assert "malformed_field" == reason_of(folded)


SIGNATURES = {
    "short": "00",
    "not hex": "z" * 64,
    "non-ASCII": "é" * 64,
    "Devanagari": "१" * 64,
    "full-width": "\uff21" * 64,
    "lone surrogate": "\ud800" * 64,
    "NUL": "\x00",
    "space": " ",
    "huge": "A" * 5_000_000,
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_any_other_signature_is_a_mismatch(signature):
    """Whatever stands in the signature field, it does not match and nothing breaks."""
    assert "signature_mismatch" == reason_of({**FIELDS, "signature": signature})


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda text: text[:32].lower() + text[32:]])
def test_case_of_the_signature(change):
    """Hexadecimal digits count the same in either case."""
    fields = signed()
    assert return_url.verify({**fields, "signature": change(fields["signature"])}, SECRET)


@pytest.mark.parametrize("change", [" {}", "{} ", "{}\n", "0x{}", "{}00"])
def test_nothing_beside_the_signature(change):
    """Spaces and other additions are not ignored."""
    fields = signed()
    assert "signature_mismatch" == reason_of({**fields, "signature": change.format(fields["signature"])})


SECRETS = {
    "empty": "",
    "space": " ",
    "odd": "001",
    "not hex": "zz",
    "0x": "0x00ff",
    "spaces between": "00 11 22 33",
    "space in front": " 0011",
    "space behind": "0011 ",
    "line end": "0011\n",
    "dashes": "00112233-4455-6677-8899-aabbccddeeff",
    "full-width digits": "\uff10\uff10\uff11\uff11",
    "lone surrogate": "\ud800\ud800",
    "None": None,
    "bytes": b"0011",
    "number": 11,
    "list": ["0011"],
    "Secret, empty": Secret(""),
    "Secret, not hex": Secret("zz"),
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_bad_secret(secret):
    """A secret that is no hexadecimal text is a ConfigurationError that does not show it."""
    for use in (return_url.verify, return_url.sign):
        with pytest.raises(ConfigurationError, match="return URL secret must be") as caught:
            use(FIELDS, secret)
        assert "0011" not in str(caught.value)


def test_the_secret_is_checked_first():
    """An unset secret is found also when the return would be refused anyway."""
    with pytest.raises(ConfigurationError):
        return_url.verify({}, "")


def test_secret_object():
    """A Secret, as a Session keeps it, is taken."""
    assert signed() == signed(secret=Secret(SECRET))
    assert FIELDS["order_id"] == return_url.verify(signed(), Secret(SECRET)).order_id


@pytest.mark.parametrize(
    "text", ["\ud800", "a\udfffb", "भुगतान", "a&b=c", "\x00", "\r\n", " ", "+", "%41"], ids=ascii
)
def test_any_text_may_be_signed(text):
    """Every text that a form may hold is signed as it is, half characters included."""
    assert text == return_url.verify(signed(more=text), SECRET).fields["more"]
    assert "signature_mismatch" == reason_of({**signed(more="x"), "more": text})


def test_huge_fields_are_quick():
    """Megabytes and thousands of fields are refused or read within a moment."""
    started = time.process_time()
    assert return_url.verify(signed(more="x" * 5_000_000), SECRET)
    assert "signature_mismatch" == reason_of({**{f"f{n}": "x" for n in range(20_000)}, "signature": "A"})
    assert time.process_time() - started < 2


def test_refusal_shows_no_values():
    """A refusal names fields at most, never their values or the right signature."""
    fields = {**signed(), "status": "very-private"}
    with pytest.raises(SignatureError) as caught:
        return_url.verify(fields, SECRET)
    right = return_url.sign({**FIELDS, "status": "very-private"}, SECRET)
    for private in ("very-private", right, SECRET):
        assert private not in str(caught.value) + repr(caught.value)


def test_the_form_is_left_as_it_is():
    """The caller's own mapping is not changed."""
    fields = signed()
    before = dict(fields)
    return_url.verify(fields, SECRET)
    assert before == fields


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.characters(categories=["Cs"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | st.tuples(inner)
    ),
    max_leaves=5,
)
NAMES = (
    st.sampled_from(["order_id", "status", "signature", "error_code"]) | st.text() | st.integers() | st.none()
)


@given(st.dictionaries(NAMES, ANYTHING), st.text() | st.sampled_from([SECRET]) | st.none() | st.binary())
def test_verify_raises_nothing_else(fields, secret):
    """Whatever the fields and the secret hold, verify answers, or raises one of its two errors."""
    with contextlib.suppress(SignatureError, ConfigurationError):
        return_url.verify(fields, secret)


@given(st.dictionaries(NAMES, ANYTHING))
def test_no_form_without_the_secret_is_accepted(fields):
    """No form that was not signed is accepted."""
    with pytest.raises(SignatureError):
        return_url.verify(fields, SECRET)


@given(
    st.dictionaries(
        st.text("abcXYZ019_-.", min_size=1, max_size=64), st.text().filter(lambda text: "&" not in text)
    )
)
def test_what_is_signed_is_accepted(fields):
    """Any fields signed with the secret are accepted."""
    fields = {**fields, **FIELDS}
    fields.pop("signature", None)
    assert fields == return_url.verify(signed(fields), SECRET).fields


def legacy_reason_of(fields, secret=LEGACY[0]["secret_hex"]):
    with pytest.raises(SignatureError) as caught:
        return_url.verify_legacy(fields, secret)
    return caught.value.reason


@pytest.mark.parametrize("vector", LEGACY, ids=lambda vector: f"{vector['id']}, {vector['title']}")
def test_legacy_vector(vector):
    """The older gateway's vectors: what is signed comes back, and nothing else gets through."""
    params = vector["params"]
    if vector["expected"]["valid"]:
        kept = {name: value for name, value in params.items() if "dia_secret" not in name.lower()}
        assert kept == return_url.verify_legacy(params, vector["secret_hex"])
    else:
        assert vector["expected"]["reason"] == legacy_reason_of(params)


def test_legacy_return_that_is_none():
    """Without its signature, with another algorithm, or with fields within fields it is refused with a reason."""
    params = LEGACY[0]["params"]
    unsigned = {name: value for name, value in params.items() if name != "dia_secret"}
    assert "missing_signature" == legacy_reason_of(unsigned)
    assert "missing_signature" == legacy_reason_of({**params, "dia_secret": ""})
    assert "missing_signature" == legacy_reason_of({**params, "ppc_DIA_SECRET": params["dia_secret"]})
    assert "unknown_algorithm" == legacy_reason_of({**params, "dia_secret_type": "MD5"})
    assert "duplicate_field" == legacy_reason_of({**params, "amount_in_paisa": ["1", "1"]})
    folded = {name: value for name, value in params.items() if name != "amount_in_paisa"}
    folded["acquirer_name"] += f"&amount_in_paisa={params['amount_in_paisa']}"
    assert "malformed_field" == legacy_reason_of(folded)
    for secret in ("", "zz", "abc", None):
        with pytest.raises(ConfigurationError):
            return_url.verify_legacy(params, secret)
