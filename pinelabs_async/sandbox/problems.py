"""What the gateway answers when it refuses: one table of the documented errors."""

from typing import Any, Final, NoReturn

DOCUMENTED: Final[dict[str, tuple[int, str]]] = {
    "INVALID_REQUEST": (400, "No matching records found for the inquiry"),
    "UNAUTHORIZED": (401, "Unauthorized"),
    "ORDER_NOT_FOUND": (404, "No order with specified order-id exists in the system"),
    "OPERATION_NOT_ALLOWED": (
        422,
        "The specified operation cannot be made because required precondition has failed",
    ),
    "DUPLICATE_REQUEST": (422, "Duplicate Merchant Reference ID received"),
    # No sample of this text is published; the code and its meaning are.
    "ORDER_CANCELLED": (422, "The order has already been cancelled"),
    "AMOUNT_LIMIT_EXCEEDED": (
        422,
        "The transaction was declined because the specified amount exceeds allowed limits",
    ),
    "PAYMENT_METHOD_NOT_ENABLED": (422, "The specified payment method is not enabled for the merchant"),
    "CARD_EXPIRED": (422, "Payment Instrument has expired"),
    "CARD_NOT_ENROLLED": (
        422,
        "Specified card is not allowed for this transaction because it is not enrolled for 3DS",
    ),
    "CARD_VERIFICATION_FAILED": (422, "Invalid CVV specified on the card payment option"),
    "API_RATE_LIMIT": (
        429,
        "The request was rejected because the client has sent too many requests in a given time window",
    ),
    "PAYMENT_RATE_LIMIT": (429, "Failure due to request velocity or limit checks"),
    "INTERNAL_ERROR": (500, "Internal Server Error"),
    "UNKNOWN_ERROR": (500, "Failure due to Unknown reason"),
    "TIMED_OUT": (504, "The request timed out. Please try again later"),
    # Not the gateway's own codes: it documents no body for these. They must never read as
    # "this order does not exist", so they have names of their own.
    "PATH_NOT_FOUND": (404, "No operation of the gateway has this path"),
    "METHOD_NOT_ALLOWED": (405, "This path does not have the method"),
    "REQUEST_TOO_LARGE": (413, "The request body is too large"),
}


class Refusal(Exception):  # noqa: N818 - it is what the gateway says, not an error of the sandbox
    """The gateway's answer to a request that it does not carry out."""

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        status: int | None = None,
        details: dict[str, str] | None = None,
    ) -> None:
        documented_status, documented_message = DOCUMENTED[code]
        self.code: Final = code
        self.status: Final[int] = documented_status if status is None else status
        self.message: Final[str] = documented_message if message is None else message
        self.details = details
        super().__init__(f"{self.status} {code}: {self.message}")

    def as_json(self) -> dict[str, Any]:
        """Return the error body."""
        return error_body(self.code, self.message, self.details)


def error_body(code: str, message: str, details: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a body in the gateway's error shape."""
    body: dict[str, Any] = {"code": code, "message": message}
    if details:
        body["additional_error_details"] = details
    return body


def not_allowed(reason: str) -> NoReturn:
    """Refuse because the order or payment is not in a state for this; `reason` says which."""
    raise Refusal("OPERATION_NOT_ALLOWED", details={"source": "INTERNAL", "reason": reason})


def invalid(message: str) -> NoReturn:
    """Refuse a body that breaks the contract."""
    raise Refusal("INVALID_REQUEST", message)
