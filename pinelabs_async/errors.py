"""Every error of this SDK, and what each one means for the money.

::

    PineLabsError                 root of them all; ``outcome`` says what it means for the money
    ├── ConfigurationError        the SDK was set up or used wrongly; nothing was sent
    ├── ApiError                  the gateway answered, and refused
    │   ├── AuthenticationError       the credentials or the token are not accepted
    │   ├── PermissionDeniedError     the merchant may not do this (403)
    │   ├── InvalidRequestError       a field breaks the contract
    │   ├── NotFoundError             no such order, payment, plan ...
    │   ├── DuplicateRequestError     that merchant reference was taken before
    │   ├── ConflictError             the order's state does not allow it
    │   ├── PaymentDeclinedError      bank, card network or risk check said no
    │   ├── RateLimitError            too many calls; later it may pass
    │   └── ServerError               the gateway failed
    ├── NotSentError              the request never left: safe to repeat
    ├── NoAnswerError             a read got no usable answer: safe to repeat
    ├── OutcomeUnknownError       a write may have been carried out: look before you repeat
    ├── WaitError                 an order did not reach the status waited for
    └── SignatureError            what arrived was not signed by the gateway

Errors hold plain data only: they pickle, and their text is one line that a support engineer can paste.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

Outcome = Literal["not_sent", "refused", "unknown"]
"""``not_sent``: nothing left this machine. ``refused``: the gateway did not do it. ``unknown``: it may have."""


_LONGEST_TEXT: Final = 1000


class PineLabsError(Exception):
    """Be the root of every error of this SDK.

    Attributes are keyword arguments, kept as they are; those that a case does not have are None.
    """

    outcome: Outcome = "not_sent"
    """What the error means for the money: ``not_sent``, ``refused`` or ``unknown``."""
    means: ClassVar[str] = ""
    """The same in words, where the class alone says it."""

    def __init__(
        self,
        message: str,
        *,
        operation: str | None = None,
        request_id: str | None = None,
        reference: str | None = None,
        reached: str | None = None,
        attempts: int | None = None,
        status: int | None = None,
        code: str | None = None,
        ids: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """What failed, in words; the gateway's own where it gave any."""
        self.operation = operation
        """The operation's name, e.g. ``orders.create``."""
        self.request_id = request_id
        """The Request-ID of the call, the same over all its attempts: give it to Pine Labs support."""
        self.reference = reference
        """The merchant reference of what was to be made, where the body carries one."""
        self.reached = reached
        """How far the call got, the furthest of its attempts: ``not sent``, ``partly sent``, ``sent`` or ``answered``."""
        self.attempts = attempts
        """How many times the request was tried."""
        self.status = status
        """The HTTP status of the last answer, if there was one."""
        self.code = code
        """The gateway's short code in the last answer, e.g. ``ORDER_NOT_FOUND``; some answers have none."""

        self.members: Mapping[str, Any] = dict(members or {})
        """What the body meant, as far as a look-up compares it: no instrument, person or secret."""
        self.ids: Mapping[str, str] = dict(ids or {})
        """The ids that the call was made with, by name, e.g. ``order_id``: what to look up."""

    def __str__(self) -> str:
        head = f"{self.operation}: " if self.operation else ""
        means = f". {self.means}" if self.means else ""
        facts = {
            "reference": self.reference,
            **self.ids,
            "request_id": self.request_id,
            "reached": self.reached,
        }
        tail = " ".join(f"{name}={value}" for name, value in facts.items() if value)
        end = " ".join(str(part) for part in (self.status, self.code) if part is not None)
        parts = (f"{head}{self.message}{means}", tail and f"[{tail}]", end and f"({end})")
        return " ".join(_one_line(part) for part in parts if part)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class ConfigurationError(PineLabsError, ValueError):
    """The SDK was set up or used in a way that cannot work; nothing was sent."""


class ApiError(PineLabsError):
    """The gateway answered and refused; the operation was not carried out.

    The subclass is chosen by the documented ``code`` first and by the HTTP status second.

    Source: https://www.pinelabs.com/docs/online-payments/developer-tools/error-codes
    """

    outcome: Outcome = "refused"
    means: ClassVar[str] = "Refused: it was not carried out"

    status: int

    def __init__(
        self, message: str, *, status: int, details: Mapping[str, str] | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.status = status
        """The HTTP status."""
        self.details: Mapping[str, str] = dict(details or {})
        """``source``, ``step`` and ``reason`` where the gateway gives them; of an OTP ``next`` and ``resend_after``, in seconds."""


class AuthenticationError(ApiError):
    """The client id and secret, or the token made from them, are not accepted; nothing was carried out.

    Check that both belong to the environment in use: UAT and production have their own.
    """


class PermissionDeniedError(ApiError):
    """The merchant's account may not use this operation; ask Pine Labs to enable it."""


class InvalidRequestError(ApiError):
    """A field is missing, ill-formed or out of range; the message names it. Correct it and call again."""


class NotFoundError(ApiError):
    """The gateway knows no such object, for this merchant, in this environment."""


class DuplicateRequestError(ApiError):
    """The merchant reference was used before: look it up, do not invent a new one for the same intent."""

    means: ClassVar[str] = (
        "This reference was used before: look it up, and make no new one for the same intent"
    )


class ConflictError(ApiError):
    """The object's present state does not allow the operation (e.g. cancelling an order that is not authorised)."""


class PaymentDeclinedError(ApiError):
    """The bank, the card network or a risk check declined; the payer may try another way."""


class RateLimitError(ApiError):
    """The gateway received too many calls and did not carry this one out; wait and call again."""


class ServerError(ApiError):
    """The gateway failed with a 5xx status, where that says that nothing was carried out."""


class NotSentError(PineLabsError):
    """The request never left this machine: nothing happened, and it is safe to repeat."""

    outcome: Outcome = "not_sent"
    means: ClassVar[str] = "Nothing was carried out, and it is safe to repeat"


class NoAnswerError(PineLabsError):
    """A read got no usable answer, over all its attempts. It changed nothing and is safe to repeat."""

    outcome: Outcome = "unknown"
    means: ClassVar[str] = "It was a read: nothing was changed, and it is safe to repeat"

    def __init__(
        self, message: str, *, status: int | None = None, code: str | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.status = status
        """The HTTP status of the last answer, if there was one."""
        self.code = code
        """The gateway's code of the last answer, if there was one."""


class OutcomeUnknownError(PineLabsError):
    """A write was sent and its result is not known: the money may have moved.

    Do not repeat it with a new reference. Look it up by its reference or its parent, or wait for the webhook.
    """

    outcome: Outcome = "unknown"
    means: ClassVar[str] = (
        "It may have been carried out: look it up before you repeat it, and never use a new reference"
    )

    def __init__(
        self, message: str, *, status: int | None = None, code: str | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.status = status
        """The HTTP status of the last answer, if there was one."""
        self.code = code
        """The gateway's code of the last answer, if there was one."""


class WaitError(PineLabsError):
    """An order did not reach the status that was waited for: the deadline passed, or it ended otherwise."""

    outcome: Outcome = "unknown"

    def __init__(self, message: str, *, last: Any = None, timed_out: bool, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.last = last
        """The order as it was seen last, or None when no read came through."""
        self.timed_out = timed_out
        """Whether the deadline passed; False when the order ended in another final status."""


class SignatureError(PineLabsError):
    """What arrived does not carry a valid signature of the gateway: do not trust it.

    ``reason`` is one of the words that the verifying function documents.
    """

    outcome: Outcome = "unknown"

    def __init__(self, message: str, *, reason: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.reason = reason
        """A machine-readable word for what is wrong, e.g. ``signature_mismatch``."""


def _one_line(text: str) -> str:
    """Make a text safe to paste and to log: no line breaks, no control characters, no novel."""
    cut = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
    return "".join(sign if sign.isprintable() else " " for sign in cut)


def _rebuild(cls: type[PineLabsError], args: tuple[Any, ...], state: dict[str, Any]) -> PineLabsError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


_BY_CODE: Final[Mapping[str, type[ApiError]]] = {
    "UNAUTHORIZED": AuthenticationError,
    "INVALID_REQUEST": InvalidRequestError,
    "ORDER_NOT_FOUND": NotFoundError,
    "DUPLICATE_REQUEST": DuplicateRequestError,
    "API_RATE_LIMIT": RateLimitError,
    "OPERATION_NOT_ALLOWED": ConflictError,
    "ORDER_CANCELLED": ConflictError,
    "PAYMENT_NOT_AUTHORIZED": ConflictError,
    "PAYMENT_PENDING": ConflictError,
    "PAYMENT_EXPIRED": ConflictError,
    "PAYMENT_METHOD_NOT_ENABLED": PermissionDeniedError,
    "DOC_DUPLICATE_AWB_NUMBER": DuplicateRequestError,
    "ORDER_INVOICE_ALREADY_CAPTURED": ConflictError,
    "ORDER_INVOICE_ALREADY_REJECTED": ConflictError,
    "ORDER_IS_NOT_IN_PROCESSED_STATE": ConflictError,
    "ORDER_IS_NOT_PA_CB": ConflictError,
    # Numbers of the older Pay by Links gateway.
    **dict.fromkeys(("-3", "-8", "-9"), AuthenticationError),
    **dict.fromkeys(("-2", "-4", "-5", "-6", "-7", "-10", "-11"), InvalidRequestError),
    **dict.fromkeys(
        (
            "AMOUNT_LIMIT_EXCEEDED",
            "CARD_EXPIRED",
            "CARD_LOST",
            "CARD_NOT_ALLOWED",
            "CARD_NOT_ENROLLED",
            "CARD_STOLEN",
            "CARD_VERIFICATION_FAILED",
            "HOTLISTED_USER",
            "INSUFFICIENT_FUNDS",
            "INVALID_CARDHOLDER",
            "INVALID_INSTRUMENT",
            "INVALID_USER_ACCOUNT",
            "ISSUER_NOT_SUPPORTED",
            "PAYMENT_DECLINED",
            "PAYMENT_RATE_LIMIT",
            "RISK_CHECK_FAILED",
            "USER_AUTHENTICATION_FAILED",
            "USER_AUTHENTICATION_REQUIRED",
        ),
        PaymentDeclinedError,
    ),
}

_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidRequestError,
    429: RateLimitError,
}


def class_of(status: int, code: str | None) -> type[ApiError]:
    """Choose the class of a refusal: by the documented code first, by the status second."""
    if status == 404 and code == "INVALID_REQUEST":  # it says of any object that there is none
        return NotFoundError
    by_code = _BY_CODE.get(code or "")
    if by_code is not None:
        return by_code
    return ServerError if status >= 500 else _BY_STATUS.get(status, ApiError)
