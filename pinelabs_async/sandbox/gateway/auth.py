"""Generate Token."""

import secrets
from datetime import timedelta
from typing import Final

from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.problems import Refusal
from pinelabs_async.sandbox.state import Json, Token


def generate_token(call: Call) -> Json:
    """Give out a new access token for the client's credentials."""
    given = [call.body.get(name) for name in ("client_id", "client_secret", "grant_type")]
    client_id, client_secret, grant_type = given
    if grant_type != "client_credentials" or not all(isinstance(text, str) and text for text in given):
        # 400 is not among the documented statuses of this operation, 422 is.
        raise Refusal(
            "INVALID_REQUEST",
            "client_id, client_secret and grant_type (client_credentials) are required",
            status=422,
        )
    merchant = call.state.merchants.get(str(client_id))
    if merchant is None or merchant.credentials.client_secret != client_secret:
        raise Refusal("UNAUTHORIZED")
    settings = call.state.settings
    token = secrets.token_urlsafe(32)
    expires_at = call.state.clock.now() + timedelta(seconds=settings.token_lifetime)
    call.state.tokens[token] = Token(merchant, expires_at)
    if settings.token_expiry == "expires_at":  # noqa: S105 - no password
        return {"access_token": token, "expires_at": expires_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    return {"access_token": token, "expires_in": settings.token_lifetime}


ROUTES: Final = (Route("auth.generate_token", "POST", "/api/auth/v1/token", generate_token, secured=False),)
