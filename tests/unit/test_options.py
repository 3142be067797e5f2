"""Settings for some calls only, and the escape hatch: nothing gets past the checks that a Session makes."""

from typing import ClassVar

import attrs
import pytest

import pinelabs_async
import pinelabs_sync
from pinelabs_async import ConfigurationError, NotSentError, Repeat
from pinelabs_async.wire import settings as door

pytestmark = pytest.mark.usefixtures("nothing_is_opened")

SESSIONS = {"async": pinelabs_async.Session, "sync": pinelabs_sync.Session}
GOOD = {"client_id": "id", "client_secret": "s3cret"}

each_session = pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)


class TestWithOptions:
    """The same Session with other settings for some calls."""

    BAD: ClassVar = {
        "timeout zero": {"timeout": 0},
        "deadline text": {"deadline": "5"},
        "max_attempts zero": {"max_attempts": 0},
        "on_unknown other": {"on_unknown": "never"},
        "request_id empty": {"request_id": ""},
        "request_id long": {"request_id": "x" * 51},
        "request_id space": {"request_id": "a b"},
        "request_id CRLF": {"request_id": "a\r\nX-Evil: 1"},
        "request_id line end": {"request_id": "a\n"},
        "request_id NUL": {"request_id": "a\x00"},
        "request_id unicode": {"request_id": "é"},
        "request_id number": {"request_id": 5},
        "headers name empty": {"headers": {"": "x"}},
        "headers name space": {"headers": {"X A": "x"}},
        "headers name colon": {"headers": {"X:": "x"}},
        "headers name CRLF": {"headers": {"X\r\nY": "x"}},
        "headers name line end": {"headers": {"X\n": "x"}},
        "headers name number": {"headers": {5: "x"}},
        "headers value CRLF": {"headers": {"X": "a\r\nX-Evil: 1"}},
        "headers value LF": {"headers": {"X": "a\nb"}},
        "headers value NUL": {"headers": {"X": "a\x00"}},
        "headers value unicode": {"headers": {"X": "é"}},
        "headers value surrogate": {"headers": {"X": "\ud800"}},
        "headers value number": {"headers": {"X": 5}},
        "headers value None": {"headers": {"X": None}},
        "headers value bytes": {"headers": {"X": b"x"}},
        "headers list": {"headers": [1, 2]},
        "headers text": {"headers": "X: y"},
    }

    @each_session
    @pytest.mark.parametrize("options", BAD.values(), ids=BAD)
    def test_bad_option_is_named(self, session, options):
        """An option that cannot work, or would smuggle a header in, is refused by name."""
        with pytest.raises(ConfigurationError, match=next(iter(options))):
            session(**GOOD).with_options(**options)

    @each_session
    @pytest.mark.parametrize(
        "name",
        [
            "Authorization", "authorization", "AUTHORIZATION", "Content-Length", "Content-Type", "Host", "Request-ID",
            "Request-Timestamp", "Idempotency-Key", "Merchant-ID", "Transfer-Encoding", "Connection", "Accept",
            "Accept-Encoding", "Content-Encoding", "Expect", "TE", "Trailer", "Upgrade",
        ],
    )  # fmt: skip
    def test_own_headers_stay(self, session, name):
        """A header that the SDK sets, or that would change who is asked or how, cannot be given."""
        with pytest.raises(ConfigurationError, match=f"headers: {name}"):
            session(**GOOD).with_options(headers={name: "x"})

    @each_session
    def test_a_refused_value_is_not_shown(self, session):
        """The value of a header may be a secret."""
        with pytest.raises(ConfigurationError) as caught:
            session(**GOOD).with_options(headers={"X-Key": "very-private\n"})
        assert "very-private" not in str(caught.value)

    def test_does_not_change_the_session(self):
        """The Session it was made from keeps its settings."""
        one = pinelabs_async.Session(**GOOD, timeout=5)
        other = one.with_options(timeout=1, request_id="r", headers={"X-A": "1"})
        assert (5, None, {}) == (one._options.timeout, one._options.request_id, one._options.headers)
        assert (1, "r", {"X-A": "1"}) == (
            other._options.timeout,
            other._options.request_id,
            other._options.headers,
        )

    def test_shares_token_and_connections(self):
        """Both have one token store and one set of connections, and groups of their own."""
        one = pinelabs_async.Session(**GOOD)
        other = one.with_options(timeout=1).with_options(deadline=2)
        assert one._caller is other._caller
        assert one.orders is not other.orders
        assert (1, 2) == (other._options.timeout, other._options.deadline)

    def test_groups_made_before_do_not_leak_their_options(self):
        """A group used before with_options keeps its options, and the new one has the new ones."""
        one = pinelabs_async.Session(**GOOD)
        before = one.orders
        other = one.with_options(timeout=1)
        assert (30.0, 1) == (before._options.timeout, other.orders._options.timeout)

    def test_headers_are_copied(self):
        """Changing the mapping later changes no call."""
        headers = {"X-A": "1"}
        other = pinelabs_async.Session(**GOOD).with_options(headers=headers)
        headers["X-B"] = "\r\n"
        assert {"X-A": "1"} == other._options.headers

    def test_nothing_given(self):
        """Without arguments the settings stay."""
        one = pinelabs_async.Session(**GOOD, timeout=7, max_attempts=2)
        assert attrs.asdict(one._options) == attrs.asdict(one.with_options()._options)

    async def test_closing_it_closes_nothing(self, closed_port):
        """What with_options made needs no closing, and closing it leaves the Session open."""
        async with pinelabs_async.Session(**GOOD, base_url=closed_port, max_attempts=1) as one:
            await one.with_options(timeout=1).aclose()
            with pytest.raises(NotSentError, match="Cannot connect"):
                await one.orders.get("v1")

    def test_closing_the_blocking_one_closes_nothing(self, closed_port):
        """The blocking Session as well."""
        with pinelabs_sync.Session(**GOOD, base_url=closed_port, max_attempts=1) as one:
            one.with_options(timeout=1).close()
            with pytest.raises(NotSentError, match="Cannot connect"):
                one.orders.get("v1")


class TestRequest:
    """What the escape hatch takes."""

    @pytest.mark.parametrize(
        "path",
        [
            "", "api", "https://evil.example/api", "//evil.example/api", "/a b", "/a?b=c", "/a#b", "/a\\b", "/a/../b",
            "/a/./b", "/..", "/%2e%2e/a", "/.%2E/a", "/a\r\nX: y", "/a\n", "/é", "/a%", "/a%zz", "/a\x00", None, 5,
            b"/a", "/a/%2e", "\\evil.example",
        ],
        ids=ascii,
    )  # fmt: skip
    async def test_bad_path(self, path):
        """A path that would leave the host or mean another path is refused, and nothing is opened."""
        with pytest.raises(ConfigurationError, match=r"^path must"):
            await pinelabs_async.Session(**GOOD).request("GET", path)

    @pytest.mark.parametrize("method", ["get", "TRACE", "CONNECT", "", "GET\r\n", None, 5], ids=ascii)
    async def test_bad_method(self, method):
        """Another method is refused."""
        with pytest.raises(ConfigurationError, match=r"^method must be"):
            await pinelabs_async.Session(**GOOD).request(method, "/api")

    @pytest.mark.parametrize("repeat", [Repeat.BY_REFERENCE, "ALWAYS", None, True, []], ids=str)
    async def test_bad_repeat(self, repeat):
        """Only READ and NEVER make sense without a look-up."""
        with pytest.raises(ConfigurationError, match=r"^repeat must be"):
            await pinelabs_async.Session(**GOOD).request("GET", "/api", repeat=repeat)

    @pytest.mark.parametrize("path", ["/", "/api/pay/v1/orders", "/a%2Fb", "/a:b@c;d=e,f", "/a...b", "/a/"])
    def test_good_path(self, path):
        """A quoted path from the host on is taken as it is."""
        assert path == door.path(path)
