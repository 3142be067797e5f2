"""Settings: what cannot work is refused when the Session is made, by name, with nothing opened."""

import gc
import ssl
import threading
from types import SimpleNamespace

import pytest

import pinelabs_async
import pinelabs_sync
from pinelabs_async import ConfigurationError, Secret

pytestmark = pytest.mark.usefixtures("nothing_is_opened")

SESSIONS = {"async": pinelabs_async.Session, "sync": pinelabs_sync.Session}
GOOD = {"client_id": "id", "client_secret": "s3cret"}

each_session = pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)


BAD = {
    "client_id None": ("client_id", None),
    "client_id empty": ("client_id", ""),
    "client_id blank": ("client_id", "  "),
    "client_id bytes": ("client_id", b"id"),
    "client_id number": ("client_id", 5),
    "client_secret None": ("client_secret", None),
    "client_secret empty": ("client_secret", ""),
    "client_secret blank": ("client_secret", "\t"),
    "client_secret bytes": ("client_secret", b"s3cret"),
    "webhook_secret empty": ("webhook_secret", ""),
    "webhook_secret number": ("webhook_secret", 5),
    "return_url_secret empty": ("return_url_secret", ""),
    "return_url_secret number": ("return_url_secret", 5),
    "environment unknown": ("environment", "staging"),
    "environment in capitals": ("environment", "UAT"),
    "environment None": ("environment", None),
    "environment empty": ("environment", ""),
    "environment number": ("environment", 1),
    "base_url number": ("base_url", 5),
    "base_url empty": ("base_url", ""),
    "base_url without scheme": ("base_url", "api.example.com"),
    "base_url other scheme": ("base_url", "ftp://api.example.com"),
    "base_url file": ("base_url", "file:///etc/passwd"),
    "base_url without host": ("base_url", "https://"),
    "base_url port only": ("base_url", "https://:443"),
    "base_url bad port": ("base_url", "https://api.example.com:port"),
    "base_url big port": ("base_url", "https://api.example.com:99999"),
    "base_url bad brackets": ("base_url", "https://[::1"),
    "base_url with path": ("base_url", "https://api.example.com/api"),
    "base_url with two slashes": ("base_url", "https://api.example.com//"),
    "base_url with query": ("base_url", "https://api.example.com?a=b"),
    "base_url with fragment": ("base_url", "https://api.example.com#a"),
    "base_url with user": ("base_url", "https://user@api.example.com"),
    "base_url with password": ("base_url", "https://user:pw@api.example.com"),
    "base_url with space": ("base_url", "https://api.example.com "),
    "base_url with space in front": ("base_url", " https://api.example.com"),
    "base_url with space inside": ("base_url", "https://api .example.com"),
    "base_url with line end": ("base_url", "https://api.example.com\n"),
    "base_url with CRLF": ("base_url", "https://api.example.com\r\nHost: evil"),
    "base_url with tab": ("base_url", "https://api.exa\tmple.com"),
    "base_url with backslash": ("base_url", "https://api.example.com\\@evil.example"),
    "base_url http": ("base_url", "http://api.example.com"),
    "base_url http, looks local": ("base_url", "http://localhost.example.com"),
    "base_url http, 127 in a name": ("base_url", "http://127.0.0.1.example.com"),
    "base_url http, private net": ("base_url", "http://192.168.0.1"),
    "base_url http, any address": ("base_url", "http://0.0.0.0"),
    "merchant_id empty": ("merchant_id", ""),
    "merchant_id number": ("merchant_id", 111643),
    "merchant_id injection": ("merchant_id", "1\r\nX-Evil: 1"),
    "merchant_id line end": ("merchant_id", "111643\n"),
    "merchant_id other digits": ("merchant_id", "१२३"),
    "merchant_id long": ("merchant_id", "1" * 51),
    "timeout zero": ("timeout", 0),
    "timeout negative": ("timeout", -1),
    "timeout NaN": ("timeout", float("nan")),
    "timeout Infinity": ("timeout", float("inf")),
    "timeout text": ("timeout", "30"),
    "timeout None": ("timeout", None),
    "timeout bool": ("timeout", True),
    "deadline zero": ("deadline", 0),
    "deadline Infinity": ("deadline", float("inf")),
    "deadline text": ("deadline", "90"),
    "max_attempts zero": ("max_attempts", 0),
    "max_attempts negative": ("max_attempts", -1),
    "max_attempts float": ("max_attempts", 3.0),
    "max_attempts bool": ("max_attempts", True),
    "max_attempts None": ("max_attempts", None),
    "on_unknown other": ("on_unknown", "ignore"),
    "on_unknown None": ("on_unknown", None),
    "pool_size zero": ("pool_size", 0),
    "pool_size text": ("pool_size", "100"),
    "pool_size bool": ("pool_size", True),
    "proxy number": ("proxy", 5),
    "proxy without scheme": ("proxy", "proxy.example.com:3128"),
    "proxy without host": ("proxy", "http://"),
    "proxy other scheme": ("proxy", "socks5://proxy.example.com"),
    "proxy with CRLF": ("proxy", "http://proxy.example.com\r\nX: y"),
    "proxy bad brackets": ("proxy", "http://[::1"),
    "trust_env text": ("trust_env", "no"),
    "ssl False": ("ssl", False),
    "ssl True": ("ssl", True),
    "ssl path": ("ssl", "/etc/ssl/ca.pem"),
}


@each_session
@pytest.mark.parametrize(("name", "value"), BAD.values(), ids=BAD)
def test_bad_setting_is_named(session, name, value):
    """A setting that cannot work is a ConfigurationError with its name in it, and no thread is started."""
    threads = threading.active_count()
    with pytest.raises(ConfigurationError, match=rf"(^|\W){name}\W") as caught:
        session(**{**GOOD, name: value})
    assert "not_sent" == caught.value.outcome
    assert threads == threading.active_count()


@each_session
@pytest.mark.parametrize("name", ["client_secret", "webhook_secret", "return_url_secret"])
def test_a_refused_secret_is_not_shown(session, name):
    """A secret of the wrong type is not repeated in the refusal."""
    with pytest.raises(ConfigurationError) as caught:
        session(**{**GOOD, name: ["very-private"]})
    assert "very-private" not in str(caught.value)


@each_session
@pytest.mark.parametrize(
    "url", ["https://user:hunter2@api.example.com", "https://user:hunter2@[::1", "http://user:hunter2@h:x"]
)
def test_a_refused_base_url_shows_no_password(session, url):
    """A password in a base_url is not repeated in the refusal."""
    with pytest.raises(ConfigurationError) as caught:
        session(**GOOD, base_url=url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("UAT", "uat"),
        ("prod", "production"),
        ("Production", "production"),
        ("prodution", "production"),
        ("live", None),
    ],
)
def test_environment_hint(typo, meant):
    """A misspelt environment is refused with the one that was probably meant."""
    with pytest.raises(ConfigurationError, match="environment must be 'uat' or 'production', not") as caught:
        pinelabs_async.Session(**GOOD, environment=typo)
    assert (f"Did you mean '{meant}'?" in str(caught.value)) == (meant is not None)


def test_http_must_be_a_client_session():
    """Something else than an aiohttp session is refused."""
    with pytest.raises(
        ConfigurationError, match=r"http must be an aiohttp\.ClientSession, not SimpleNamespace"
    ):
        pinelabs_async.Session(**GOOD, http=SimpleNamespace())


BASE_URLS = {
    "https://api.example.com": "https://api.example.com",
    "https://api.example.com/": "https://api.example.com",
    "https://api.example.com:8443": "https://api.example.com:8443",
    "HTTPS://API.Example.com": "https://api.example.com",
    "https://192.168.0.1": "https://192.168.0.1",
    "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443",
    "http://127.0.0.1:8080": "http://127.0.0.1:8080",
    "http://127.1.2.3": "http://127.1.2.3",
    "http://localhost:8080": "http://localhost:8080",
    "http://[::1]:8080": "http://[::1]:8080",
}


@each_session
@pytest.mark.parametrize(("override", "kept"), BASE_URLS.items(), ids=BASE_URLS)
def test_base_url(session, override, kept):
    """Scheme and host are kept; plain http is for this machine."""
    assert kept == session(**GOOD, base_url=override).base_url


@pytest.mark.parametrize(
    ("environment", "host"),
    [("uat", "https://pluraluat.v2.pinepg.in"), ("production", "https://api.pluralpay.in")],
)
def test_environments(environment, host):
    """Each environment has its documented host, and a base_url wins over it."""
    assert host == pinelabs_async.Session(**GOOD, environment=environment).base_url
    other = pinelabs_async.Session(**GOOD, environment=environment, base_url="https://api.example.com")
    assert "https://api.example.com" == other.base_url


def test_the_default_is_for_trying_out():
    """Without an environment no real money moves."""
    assert "https://pluraluat.v2.pinepg.in" == pinelabs_async.Session(**GOOD).base_url


@each_session
def test_good_settings(session):
    """Every setting at once is taken."""
    made = session(
        **GOOD,
        environment="production",
        base_url="https://api.example.com",
        merchant_id="111643",
        webhook_secret="wh",
        return_url_secret="00ff",
        timeout=0.5,
        deadline=10,
        max_attempts=1,
        on_unknown="raise",
        pool_size=1,
        proxy="http://user:pw@proxy.example.com:3128",
        trust_env=True,
        ssl=ssl.create_default_context(),
    )
    assert Secret("wh") == made.webhook_secret
    assert Secret("00ff") == made.return_url_secret
    assert "<Session of id at https://api.example.com>" == repr(made)


@each_session
def test_secrets_may_be_given_as_secret(session):
    """A Secret is taken where a text is, so that nobody has to reveal it."""
    made = session("id", Secret("s3cret"), webhook_secret=Secret("wh"), return_url_secret=Secret("00ff"))
    assert Secret("wh") == made.webhook_secret


@each_session
def test_secrets_are_not_shown(session):
    """No repr, of the Session or of what it holds, shows a secret or a proxy's password."""
    made = session("id", "s3cret", webhook_secret="wh-s3cret", proxy="http://user:hunter2@proxy.example.com")
    shown = repr(made) + repr(vars(made)) + str(made)
    inner = getattr(made, "_twin", made)
    shown += repr(inner._settings) + repr(inner._options) + repr(vars(inner._caller))
    assert "s3cret" not in shown
    assert "hunter2" not in shown


def test_where_it_was_made():
    """The place reported for an unclosed Session is the line that made it."""
    assert __file__ == pinelabs_async.Session(**GOOD)._made_at.rpartition(":")[0]


@each_session
def test_cheap_where_no_loop_runs(session):
    """A Session is made without a running loop, starts no thread, and dropping it unused says nothing."""
    threads = threading.active_count()
    made = session(**GOOD)
    assert threads == threading.active_count()
    del made
    gc.collect()


async def test_closing_an_unused_session():
    """A Session that was never used closes quietly, twice, and refuses calls after it."""
    made = pinelabs_async.Session(**GOOD)
    await made.aclose()
    await made.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        await made.with_options(max_attempts=1).orders.get("v1")


def test_closing_an_unused_blocking_session():
    """The blocking Session, too."""
    made = pinelabs_sync.Session(**GOOD)
    made.close()
    made.close()
    with pytest.raises(ConfigurationError, match="closed"):
        made.orders.get("v1")


class TestFromEnv:
    """Settings from the environment."""

    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        """Begin without any of the variables."""
        for name in ("CLIENT_ID", "CLIENT_SECRET", "ENV", "BASE_URL"):
            monkeypatch.delenv(f"PINELABS_{name}", raising=False)
        self.set = lambda **values: [
            monkeypatch.setenv(f"PINELABS_{name}", value) for name, value in values.items()
        ]

    @each_session
    def test_reads_all_four(self, session):
        """All four variables are read."""
        self.set(CLIENT_ID="id-1", CLIENT_SECRET="s", ENV="production", BASE_URL="https://api.example.com")
        assert "<Session of id-1 at https://api.example.com>" == repr(session.from_env())

    @each_session
    def test_environment_alone(self, session):
        """The environment's own host is used without a base URL."""
        self.set(CLIENT_ID="id-1", CLIENT_SECRET="s", ENV="production")
        assert "https://api.pluralpay.in" == session.from_env().base_url

    @each_session
    def test_uat_when_unset(self, session):
        """Without PINELABS_ENV it is for trying out."""
        self.set(CLIENT_ID="id-1", CLIENT_SECRET="s")
        assert "https://pluraluat.v2.pinepg.in" == session.from_env().base_url

    @each_session
    @pytest.mark.parametrize("missing", ["CLIENT_ID", "CLIENT_SECRET"])
    @pytest.mark.parametrize("how", ["unset", "empty"])
    def test_missing_variable_is_named(self, session, missing, how):
        """A required variable that is unset or empty is named."""
        values = {"CLIENT_ID": "id", "CLIENT_SECRET": "s", missing: ""}
        self.set(**{name: value for name, value in values.items() if value or how == "empty"})
        with pytest.raises(ConfigurationError, match=f"PINELABS_{missing}"):
            session.from_env()

    @each_session
    @pytest.mark.parametrize("name", ["ENV", "BASE_URL"])
    def test_empty_optional_variable_is_as_if_unset(self, session, name):
        """An optional variable that is empty, as in a compose file, is as if it were not there."""
        self.set(CLIENT_ID="id", CLIENT_SECRET="s", **{name: ""})
        assert "https://pluraluat.v2.pinepg.in" == session.from_env().base_url

    @each_session
    def test_arguments_win(self, session):
        """A keyword argument wins over its variable, and others are passed on."""
        self.set(CLIENT_ID="id", CLIENT_SECRET="s", ENV="production")
        made = session.from_env(client_id="other", environment="uat", merchant_id="5")
        assert "<Session of other at https://pluraluat.v2.pinepg.in>" == repr(made)

    @each_session
    def test_arguments_instead_of_variables(self, session):
        """With the credentials as arguments no variable is needed."""
        assert "<Session of id at https://pluraluat.v2.pinepg.in>" == repr(session.from_env(**GOOD))

    @each_session
    def test_bad_value_is_refused(self, session):
        """A wrong value in a variable is refused like an argument."""
        self.set(CLIENT_ID="id", CLIENT_SECRET="s", ENV="prod")
        with pytest.raises(ConfigurationError, match="Did you mean 'production'"):
            session.from_env()

    def test_where_it_was_made(self):
        """The place reported for an unclosed Session is the caller's line, not one of the SDK."""
        self.set(CLIENT_ID="id", CLIENT_SECRET="s")
        assert __file__ == pinelabs_async.Session.from_env()._made_at.rpartition(":")[0]
