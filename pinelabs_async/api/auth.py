"""The access token. A Session fetches its own; call this only to try credentials out."""

import json
from datetime import UTC, datetime
from typing import Final

from pinelabs_async.api.common import Private, Timestamp
from pinelabs_async.errors import ApiError, AuthenticationError, NoAnswerError, NotSentError, RateLimitError
from pinelabs_async.wire.call import Caller
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.redact import Secret
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape
from pinelabs_async.wire.token import Grant


@shape
class Credentials(Body):
    """Hold what Pine Labs gave you at onboarding; UAT and production have their own."""

    client_id: str
    """The client id, a UUID."""
    client_secret: Private
    """The client secret."""
    grant_type: str = "client_credentials"
    """The only documented value."""


@shape
class Token(Answer):
    """Hold an access token."""

    access_token: Private
    """The token, 1 to 8192 characters."""
    expires_in: int | None = None
    """Seconds until it expires; one of the two documented forms."""
    expires_at: Timestamp | None = None
    """When it expires; the other documented form."""


def _write(credentials: Credentials) -> Content:
    """Write what every program sends without cattrs, which one that only reads does not import."""
    members = {
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "grant_type": credentials.grant_type,
        **(credentials.extra or {}),
    }
    return Content("application/json", json.dumps(members).encode())


GENERATE_TOKEN: Final = Operation(
    name="auth.generate_token",
    method="POST",
    path="/api/auth/v1/token",
    repeat=Repeat.READ,
    body=Credentials,
    answer=Token,
    envelope=None,
    secured=False,
    write=_write,
)


class Auth(Resource):
    """Make access tokens."""

    async def generate_token(self, credentials: Credentials) -> Token:
        """Make an access token. A Session does this by itself; no money is concerned.

        Args:
            credentials: The client id and secret.

        Returns:
            A token of its own: the Session goes on with the one it has.

        Raises:
            AuthenticationError: the gateway does not accept the credentials.

        Source: https://www.pinelabs.com/docs/online-payments/api/authentication/generate-token
        """
        return await self._send(GENERATE_TOKEN, body=credentials)


async def fetch_token(caller: Caller) -> Grant:
    """Fetch the token of a Session, for its token store."""
    settings = caller.settings
    credentials = Credentials(client_id=settings.client_id, client_secret=settings.client_secret.reveal())
    try:
        token = await caller.call(GENERATE_TOKEN, (), caller.options, body=credentials)
    except RateLimitError:
        raise
    except ApiError as error:
        raise _explain(error, settings.base_url) from None
    if not token.access_token:
        raise NoAnswerError(
            "the token endpoint answered without an access_token", operation=GENERATE_TOKEN.name
        )
    return Grant(Secret(token.access_token), _lifetime(token))


def _lifetime(token: Token) -> float | None:
    if token.expires_at is not None:
        return (token.expires_at - datetime.now(UTC)).total_seconds()
    return None if token.expires_in is None else float(min(token.expires_in, 10**9))


def _explain(error: ApiError, host: str) -> AuthenticationError | NotSentError:
    if error.status not in (400, 401, 403, 422):
        # Not the caller's credentials: a wrong host, a proxy, a gateway that is down.
        return NotSentError(f"{host} refused the token call: {error.message} ({error.status})")
    return AuthenticationError(
        f"{host} does not accept this client id and secret: {error.message}. "
        "Check both, and that they belong to this environment: UAT and production have their own",
        status=error.status,
        code=error.code,
        details=error.details,
    )
