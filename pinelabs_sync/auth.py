"""Blocking twin of ``pinelabs_async.api.auth``."""

from typing import Final

from pinelabs_async.api import auth as _async
from pinelabs_sync.bridge import Resource, blocking


class Auth(Resource[_async.Auth]):
    """Make access tokens."""

    generate_token: Final = blocking(_async.Auth.generate_token)
