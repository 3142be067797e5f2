"""Blocking twin of ``pinelabs_async.api.tokens``."""

from typing import Final

from pinelabs_async.api import tokens as _async
from pinelabs_sync.bridge import Resource, blocking


class Tokens(Resource[_async.Tokens]):
    """Save cards as tokens, and use these elsewhere."""

    create: Final = blocking(_async.Tokens.create)
    get: Final = blocking(_async.Tokens.get)
    create_cryptogram: Final = blocking(_async.Tokens.create_cryptogram)
    delete: Final = blocking(_async.Tokens.delete)
