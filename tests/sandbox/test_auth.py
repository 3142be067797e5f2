"""Generate Token and the bearer token."""

import re
from datetime import datetime, timedelta

import pytest

from pinelabs_async.sandbox import Sandbox

UNAUTHORIZED = {"code": "UNAUTHORIZED", "message": "Unauthorized"}


async def test_a_token_says_how_long_it_lasts(stranger):
    """The answer is a bare object of a token and its seconds."""
    answer = await stranger.login()

    assert {"access_token", "expires_in"} == set(answer)
    assert 3600 == answer["expires_in"]
    assert len(answer["access_token"]) > 20


async def test_a_token_may_say_when_it_ends(open_api):
    """The other documented form is an instant in UTC."""
    async with Sandbox(token_expiry="expires_at", token_lifetime=60) as box:
        answer = await (await open_api(box)).login()

        assert {"access_token", "expires_at"} == set(answer)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", answer["expires_at"])
        left = datetime.fromisoformat(answer["expires_at"]) - box.clock.now()
        assert timedelta(seconds=55) < left <= timedelta(seconds=60)


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
async def test_wrong_credentials_are_unauthorized(stranger, box, wrong):
    """A wrong id and a wrong secret answer alike."""
    body = {
        "client_id": box.client_id,
        "client_secret": box.client_secret,
        "grant_type": "client_credentials",
        wrong: "wrong",
    }

    assert (401, UNAUTHORIZED) == await stranger.call("POST", "/api/auth/v1/token", body)


@pytest.mark.parametrize(
    "change", [{"grant_type": "password"}, {"client_secret": None}, {"client_id": 7}, {"client_id": ""}]
)
async def test_a_token_request_must_be_complete(stranger, box, change):
    """Missing and misshapen members are refused with the documented 422."""
    body = {
        "client_id": box.client_id,
        "client_secret": box.client_secret,
        "grant_type": "client_credentials",
    }

    status, answer = await stranger.call("POST", "/api/auth/v1/token", body | change)

    assert (422, "INVALID_REQUEST") == (status, answer["code"])


@pytest.mark.parametrize("token", [None, "unknown"])
async def test_a_secured_call_needs_a_token(stranger, token):
    """Without a known token nothing is carried out."""
    assert (401, UNAUTHORIZED) == await stranger.call("GET", "/api/pay/v1/orders/x", token=token)


async def test_a_token_expires_on_the_sandbox_clock(api, box):
    """A token is good until its seconds are over and not after."""
    box.clock.advance(seconds=3590)
    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]

    box.clock.advance(seconds=10)
    assert 401 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]

    await api.login()
    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]


async def test_tokens_can_be_revoked(api, box):
    """Revoking ends all tokens, and a new one works."""
    box.revoke_tokens()
    assert 401 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]

    await api.login()
    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x"))[0]


async def test_an_old_token_stays_good_beside_a_new_one(api):
    """A second token does not end the first."""
    first = api.token
    await api.login()

    assert 404 == (await api.call("GET", "/api/pay/v1/orders/x", token=first))[0]
