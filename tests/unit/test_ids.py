"""Ids in paths: whatever an id holds, the request goes to the path that was meant, or nowhere."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from pinelabs_async import OPERATIONS
from pinelabs_async.wire.operation import quote_id

GET = OPERATIONS["orders.get"]
CAPTURE = OPERATIONS["orders.capture"]

GOOD = {
    "an order": ("v1-250502082203-aa-BZMaYf", "v1-250502082203-aa-BZMaYf"),
    "a UUID": ("fd976e3e-8f56-4253-8f04-dee54df2eb3a", "fd976e3e-8f56-4253-8f04-dee54df2eb3a"),
    "dots inside": ("a.b..c", "a.b..c"),
    "three dots": ("...", "..."),
    "tilde": ("a~b_c-d", "a~b_c-d"),
    "space inside": ("a b", "a%20b"),
    "plus": ("a+b", "a%2Bb"),
    "reserved": ("a&b=c:d:e@f", "a%26b%3Dc%3Ad%3Ae%40f"),
    "quotes": ("a'b\"c", "a%27b%22c"),
    "braces": ("{order_id}", "%7Border_id%7D"),
    "unicode": ("ordér-१", "ord%C3%A9r-%E0%A5%A7"),
    "emoji": ("a😀", "a%F0%9F%98%80"),
    "longest": ("x" * 50, "x" * 50),
}


@pytest.mark.parametrize(("given_id", "quoted"), GOOD.values(), ids=GOOD)
def test_quoted(given_id, quoted):
    """An id that cannot leave its place is quoted and comes out of the path as it was."""
    assert f"/api/pay/v1/orders/{quoted}" == GET.path_for([given_id])
    assert given_id == unquote(quoted)


BAD = {
    "empty": "",
    "space": " ",
    "spaces": "   ",
    "ideographic space": "\u3000",
    "no-break space": "\u00a0",
    "dot": ".",
    "two dots": "..",
    "slash": "/",
    "slash inside": "a/b",
    "up and away": "../../payouts",
    "backslash": "a\\b",
    "percent": "a%2Fb",
    "quoted dot": "%2e",
    "quoted dots": "%2e%2e",
    "quoted dots, upper case": "%2E%2E",
    "double quoted": "%252e%252e",
    "half quoted": ".%2e",
    "bare percent": "100%",
    "query": "a?b=c",
    "fragment": "a#b",
    "line end": "a\n",
    "carriage return": "a\r\nX-Evil: 1",
    "tab": "a\tb",
    "NUL": "a\x00b",
    "escape": "\x1b[31m",
    "DEL": "a\x7f",
    "C1 control": "a\x85b",
    "line separator": "a\u2028b",
    "right-to-left override": "a\u202eb",
    "zero width": "a\u200bb",
    "byte order mark": "\ufeffa",
    "lone surrogate": "a\ud800",
    "long": "x" * 300,
    "megabytes": "x" * 5_000_000,
}


@pytest.mark.parametrize("given_id", BAD.values(), ids=BAD)
@pytest.mark.parametrize("operation", [GET, CAPTURE], ids=["at the end", "in the middle"])
def test_refused(operation, given_id):
    """An id that is none, or could reach another path, is refused and named, before anything is sent."""
    with pytest.raises(ValueError, match=r"^order_id") as caught:
        operation.path_for([given_id])
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize(
    "given_id", [None, 5, True, b"v1", 1.5, ["v1"], object()], ids=lambda i: type(i).__name__
)
def test_no_text(given_id):
    """Only a text is an id; None never becomes 'None'."""
    with pytest.raises(TypeError, match=r"order_id must be a str, not \w+\."):
        GET.path_for([given_id])


@pytest.mark.parametrize("ids", [[], ["a", "b"]], ids=["none", "two"])
def test_number_of_ids(ids):
    """The number of ids must be that of the path's places."""
    with pytest.raises(TypeError, match=rf"orders\.get takes 1 ids \(order_id\), not {len(ids)}\."):
        GET.path_for(ids)


def test_no_ids():
    """A path without places stays as it is."""
    assert "/api/pay/v1/orders" == OPERATIONS["orders.create"].path_for([])


WITH_IDS = [operation for operation in OPERATIONS.values() if "{" in operation.path]


@given(st.sampled_from(WITH_IDS), st.data())
def test_an_id_never_changes_the_route(operation, data):
    """Whatever texts are given, the path has the same segments, and only the id's own differ."""
    places = re.findall(r"\{(\w+)\}", operation.path)
    text = st.text(max_size=60) | st.text("./%2eE\\?#;: a\x00\n", max_size=12)
    ids = [data.draw(text) for _ in places]
    try:
        path = operation.path_for(ids)
    except ValueError:
        return
    segments, meant = path.split("/"), operation.path.split("/")
    assert len(meant) == len(segments)
    rest = iter(ids)
    for segment, pattern in zip(segments, meant, strict=True):
        assert (next(rest) if "{" in pattern else pattern) == unquote(segment)
        assert segment not in (".", "..")
    # what aiohttp makes of it is the same path again, whether it takes it as quoted or not
    for url in (URL("https://host" + path, encoded=True), URL("https://host" + path)):
        assert ("host", "", "") == (url.host, url.query_string, url.fragment)
        assert len(meant) == len(url.raw_path.split("/"))
    assert path == URL("https://host" + path, encoded=True).raw_path


@given(st.text(min_size=1))
def test_quoted_text_is_ascii(text):
    """A quoted id holds nothing that a request line cannot hold."""
    try:
        quoted = quote_id("id", text)
    except ValueError:
        return
    assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", quoted)
