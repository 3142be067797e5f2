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
    "PAYMENT_DECLINED": (422, "Transaction declined by Acquirer due to unknown reason"),
    "PAYMENT_EXPIRED": (422, "The payment has expired"),
    "USER_AUTHENTICATION_FAILED": (422, "Consumer Authentication required"),
    # The status of this one is not published.
    "USER_AUTHENTICATION_REQUIRED": (422, "Consumer Authentication Required"),
    # No sample of these texts is published; the codes and their meanings are.
    "INSUFFICIENT_FUNDS": (422, "The account has not enough money"),
    "CARD_LOST": (422, "The card was reported lost"),
    "CARD_STOLEN": (422, "The card was reported stolen"),
    "INVALID_INSTRUMENT": (422, "The details of the payment instrument are invalid"),
    # Invoices and air waybills: codes without texts. The status of those about invoices is read
    # off the statuses that the operation is documented with.
    "DOC_REQUIRED_FIELDS_MISSING": (400, "invoice_number and invoice_date are required"),
    "DOC_INVALID_DATE_FORMAT": (400, "The date must be written as YYYY-MM-DD"),
    "DOC_INVOICE_VALIDATION_FAILED": (400, "The invoice is not valid"),
    "DOC_INVALID_REQUEST_BODY": (400, "The request body is malformed"),
    "ORDER_IS_NOT_IN_PROCESSED_STATE": (422, "The order is not PROCESSED"),
    "ORDER_IS_NOT_PA_CB": (422, "The order is not a cross-border import order"),
    "ORDER_INVOICE_ALREADY_CAPTURED": (422, "The order has an invoice already"),
    "ORDER_INVOICE_ALREADY_REJECTED": (422, "The invoice of the order was rejected"),
    "DOC_EMPTY_AWB_REQUEST": (400, "The request holds no air waybill"),
    "DOC_AWB_MAX_LIMIT_EXCEEDED": (400, "A request takes at most 5 air waybills"),
    "DOC_AWB_VALIDATION_FAILED": (400, "The air waybill is not valid"),
    "DOC_DUPLICATE_AWB_IN_REQUEST": (400, "The request names an air waybill twice"),
    "DOC_DUPLICATE_AWB_NUMBER": (400, "The number of the air waybill was used before"),
    "DOC_MULTIPART_CONTENT_TYPE_REQUIRED": (400, "The content type must be multipart/form-data"),
    "DOC_FILE_MISSING": (400, "The part named file is missing"),
    "DOC_INVALID_FILE_TYPE": (400, "The file must be application/pdf, image/jpeg, image/jpg or image/png"),
    "DOC_FILE_TOO_LARGE": (400, "The file has more than 5242880 bytes"),
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
        beside: dict[str, Any] | None = None,
    ) -> None:
        documented_status, documented_message = DOCUMENTED[code]
        self.code: Final = code
        self.status: Final[int] = documented_status if status is None else status
        self.message: Final[str] = documented_message if message is None else message
        self.details = details
        self.beside: Final = beside or {}
        """More members of the body: what comes next, in the refusals of one-time passwords."""
        super().__init__(f"{self.status} {code}: {self.message}")

    def as_json(self) -> dict[str, Any]:
        """Return the error body."""
        return error_body(self.code, self.message, self.details) | self.beside


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
