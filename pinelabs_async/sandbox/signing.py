"""The signature on the fields that a payer's browser brings back to the merchant."""

import hashlib
import hmac
from collections.abc import Mapping


def sign(fields: Mapping[str, str], secret_hex: str) -> str:
    """Return the upper-case hex HMAC-SHA256 over the sorted, unescaped `name=value` pairs."""
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature")
    return hmac.new(bytes.fromhex(secret_hex), text.encode(), hashlib.sha256).hexdigest().upper()
