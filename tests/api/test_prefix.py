"""The prefix of plans and subscriptions: one setting, for both packages."""

import pytest

import pinelabs_sync
from pinelabs_async import ConfigurationError, Session
from pinelabs_async.api.plans import GET
from pinelabs_async.api.presentations import RETRY


@pytest.mark.parametrize(
    ("prefix", "path", "expected"),
    [
        ("/ps/api/v1/public", "/ps/api/v1/public/plans/p-1", "/ps/api/v1/public/plans/p-1"),
        ("/api/v1/public", "/ps/api/v1/public/plans/p-1", "/api/v1/public/plans/p-1"),
        ("/api/v1/public/", "/ps/api/v1/public/plans/p-1", "/api/v1/public/plans/p-1"),
        ("/api/v1/public", RETRY.path, "/api/v1/mandate/merchant-retry"),
        ("/api/v1/public", "/ps/api/v1/publicity", "/ps/api/v1/publicity"),
        ("/api/v1/public", "/api/pay/v1/orders", "/api/pay/v1/orders"),
    ],
)
def test_route(prefix, path, expected):
    """Only the paths of plans and subscriptions change, retries of mandates among them."""
    assert expected == Session("id", "s", subscriptions_prefix=prefix)._settings.route(path)


async def test_call(recorder):
    """A call goes out under the prefix of its Session."""
    port = recorder.session.base_url
    async with Session("id", "s", base_url=port, subscriptions_prefix="/api/v1/public") as pinelabs:
        recorder.answers({"plan_id": "p-1", "status": "ACTIVE"})
        await pinelabs.plans.get("p-1")
    assert "/api/v1/public/plans/p-1" == recorder.last.path
    assert "/ps/api/v1/public/plans/{plan_id}" == GET.path


@pytest.mark.parametrize("prefix", ["", "api", "//evil.example", "/a/../b", "/a?b", None, 5], ids=str)
@pytest.mark.parametrize("session", [Session, pinelabs_sync.Session], ids=["async", "sync"])
def test_bad_prefix(session, prefix):
    """A prefix that is no path is refused."""
    with pytest.raises(ConfigurationError, match="path must"):
        session("id", "s", subscriptions_prefix=prefix)
