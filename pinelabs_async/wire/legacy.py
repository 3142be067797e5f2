"""The older gateway of Pay by Links: its credentials, which travel as form fields."""

import re
from typing import Final

import attrs

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.wire.content import Content, form
from pinelabs_async.wire.redact import Secret, frameless_init

FIELDS: Final = ("MERCHANT_ID", "MERCHANT_ACCESS_CODE")
_PLAIN: Final = r"[A-Za-z0-9_-]{1,100}"


def _hide(code: str | Secret) -> Secret:
    return code if isinstance(code, Secret) else Secret(code)


@frameless_init
@attrs.frozen
class LegacyCredentials:
    """Hold what identifies you to the older Pay by Links gateway: ``Session(..., legacy=LegacyCredentials(...))``.

    Args:
        merchant_id: From Pine Labs, at onboarding, e.g. ``"106600"``.
        merchant_access_code: From Pine Labs, at onboarding; it is a secret and is never shown.

    Raises:
        ConfigurationError: one of them is empty or has other signs than letters, digits, ``-`` and ``_``.
    """

    merchant_id: str
    """Your id there."""
    merchant_access_code: Secret = attrs.field(converter=_hide)
    """The secret that goes with it."""

    def __attrs_post_init__(self) -> None:
        given = {"merchant_id": self.merchant_id, "merchant_access_code": self.merchant_access_code.reveal()}
        for name, value in given.items():
            if not isinstance(value, str) or not re.fullmatch(_PLAIN, value):
                # The value is not shown: it may be the secret.
                raise ConfigurationError(f"{name} must be a text of letters, digits, '-' and '_'.")

    def sign(self, content: Content) -> Content:
        """Put the credentials before the fields of a form."""
        values = (self.merchant_id, self.merchant_access_code.reveal())
        credentials = form(dict(zip(FIELDS, values, strict=True)))
        return Content(content.type, b"&".join((credentials, content.data)))
