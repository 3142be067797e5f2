"""Pay by Links on the older gateway: links to pay, sent by SMS or e-mail.

It has hosts and credentials of its own (``Session(..., legacy=LegacyCredentials(...))``), takes forms and
answers numeric codes. For new integrations take ``payment_links``.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from pinelabs_async.api.common import Digits, Private
from pinelabs_async.errors import ApiError
from pinelabs_async.wire.content import Content, as_form
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.legacy import FIELDS
from pinelabs_async.wire.names import UpperCase
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape

_MODES: Final = re.compile(r"[0-9]+(,[0-9]+)*")


class PayByLinkMode(OpenEnum):
    """Name a way to pay, by its number.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    CARD = "1"
    """Credit or debit card."""
    NETBANKING = "3"
    CREDIT_EMI = "4"
    UPI = "10"
    WALLET = "11"
    DEBIT_EMI = "14"
    PREBOOKING = "16"
    BNPL = "17"
    """Pay later, FlexiPay among it."""
    CARDLESS_EMI = "19"
    POINTS = "20"

    @staticmethod
    def several(*modes: "PayByLinkMode | str") -> str:
        """Return several modes as the gateway takes them: with commas between them."""
        return ",".join(modes)


class PayByLinkTxnStatus(OpenEnum):
    """Say how far a transaction has come, by number.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    CANCELLED = "-10"
    """Cancelled by the payer."""
    VELOCITY_CHECK_FAILED = "-8"
    """An EMI limit was hit."""
    FAILED = "-7"
    REJECTED = "-6"
    INITIATED = "1"
    """The bank has not answered."""
    CAPTURED = "4"
    """Paid: the money will reach you."""
    REFUNDED = "6"
    QUERY_COMPLETE = "7"
    """The inquiry itself went well. It says nothing of the payment."""
    PARTIALLY_REFUNDED = "9"
    REFUND_INITIATED = "10"
    PENDING = "12"
    AUTO_REVERSED = "13"
    DROPPED = "14"
    """The payer did nothing."""
    VOIDED = "15"


class PayByLinkCode(OpenEnum):
    """Say why the older gateway refused; it is the ``code`` of the error.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    SUCCESS = "1"
    FAILURE = "-1"
    INVALID_AMOUNT = "-2"
    INVALID_MERCHANT_ID = "-3"
    INVALID_PRODUCT_DESCRIPTION = "-4"
    INVALID_CUSTOMER_EMAIL_ID = "-5"
    INVALID_CUSTOMER_MOBILE_NO = "-6"
    INVALID_PRODUCT_CODE = "-7"
    INVALID_MERCHANT_ACCESS_CODE = "-8"
    INVALID_MERCHANT_ID_ACCESS_CODE = "-9"
    """Id and access code do not belong together."""
    BRAND_EMI_NOT_ENABLED = "-10"
    """A ``product_code`` was given, and brand EMI is not enabled for you."""
    PRODUCT_CODE_MISSING = "-11"
    """No ``product_code``, or one that is not yours."""


def _check_paisa(value: int, where: str) -> int:
    if value <= 0:
        raise ValueError(f"{where} must be more than nothing, in paisa.")
    return value


def _check_modes(value: str, where: str) -> str:
    if not _MODES.fullmatch(value):
        raise ValueError(
            f"{where} must be the number of a mode, or several with commas between them, not {value[:60]!r}: "
            "PayByLinkMode.UPI, or PayByLinkMode.several(PayByLinkMode.UPI, PayByLinkMode.CARD)."
        )
    return value


def _check_reference(value: str, where: str) -> str:
    if not value.strip() or len(value) > 100:
        raise ValueError(f"{where} must have 1 to 100 characters.")
    return value


LinkReference = Annotated[str, _check_reference]
"""Your own reference of a link: 1 to 100 characters."""


@shape
class NewPayByLink(UpperCase, Body):
    """Hold a link to be made. No money moves until the payer opens it and pays.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    reference_no: LinkReference
    """Your own reference, 1 to 100 characters; what ``status`` is asked by."""
    amount: Annotated[Digits, _check_paisa]
    """How much, in paisa: ``Money.from_rupees("200.00").value``."""
    payment_mode: Annotated[str, _check_modes]
    """How the payer may pay: a ``PayByLinkMode``, or ``PayByLinkMode.several(...)``."""
    product_description: str | None = None
    """What is sold, at most 200 characters."""
    product_code: str | None = None
    """Your code of the product: needed for brand EMI, and refused without it."""
    customer_mobile_no: Private | None = None
    """The payer's mobile number, 10 digits. With neither this nor the e-mail address nothing is sent."""
    customer_email_id: Private | None = None
    """The payer's e-mail address, at most 50 characters."""


@shape
class PayByLinkInquiry(UpperCase, Body):
    """Hold the question how far the payment of a link has come.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    reference_no: LinkReference
    """Your own reference, as in ``NewPayByLink``."""


@shape
class PayByLinkReminder(UpperCase, Body):
    """Hold the wish to have a link sent again.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    payment_link_id: str
    """The gateway's id of the link, as ``create`` gave it."""


@shape
class PayByLink(UpperCase, Answer):
    """Hold a link that was made, or sent again.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    response_code: int | None = None
    """1; any other number is an error."""
    response_message: str | None = None
    """The same in words."""
    payment_url: str | None = None
    """Where the payer pays."""
    payment_link_id: str | None = None
    """The gateway's id of the link: for ``resend``."""


@shape
class PayByLinkStatus(UpperCase, Answer):
    """Hold how far the payment of a link has come. Ask ``is_paid``; ``txn_status`` says nothing of the payment.

    Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
    """

    response_code: int | None = None
    """1; any other number is an error."""
    response_message: str | None = None
    """The same in words."""
    payment_mode: PayByLinkMode | None = None
    """How the payer paid."""
    pine_pg_transaction_id: str | None = None
    """The gateway's id of the transaction."""
    acquirer_name: str | None = None
    """Who processed it."""
    reference_no: str | None = None
    """Your own reference."""
    amount: Digits | None = None
    """How much, in paisa."""
    txn_status: PayByLinkTxnStatus | None = None
    """The status of the inquiry itself, ``QUERY_COMPLETE``."""
    parent_txn_status: PayByLinkTxnStatus | None = None
    """The status of the payment."""
    refund_amount: Digits | None = None
    """How much went back, in paisa."""
    acquirer_response_code: str | None = None
    """The bank's own code."""
    acquirer_response_message: str | None = None
    """The same in words."""

    @property
    def is_paid(self) -> bool:
        """Whether the payment is captured: the money will reach you. Compare ``amount`` before you ship."""
        return self.parent_txn_status == PayByLinkTxnStatus.CAPTURED


def _write(body: Any) -> Content:
    doubled = sorted(set(FIELDS) & set(body.extra or ()))
    if doubled:
        raise ValueError(
            f"{', '.join(doubled)}: credentials belong into Session(legacy=LegacyCredentials(...))."
        )
    return as_form(body)


def _find_refusal(answer: PayByLink | PayByLinkStatus) -> tuple[str, str] | None:
    """Read the refusal out of an answer whose HTTP status is 200."""
    if answer.response_code in (1, None):
        return None
    return str(answer.response_code), answer.response_message or "the older gateway gave no reason"


async def find_pay_by_link(look: Look, _ids: Sequence[str], body: NewPayByLink) -> PayByLinkStatus | Evidence:
    """Find a link by its reference; that it is not found is a number like any failure, and proves nothing."""
    try:
        found = await look(STATUS, body=PayByLinkInquiry(reference_no=body.reference_no))
    except ApiError:
        return Evidence.UNCLEAR
    same = found.reference_no == body.reference_no and found.amount == body.amount
    return found if same else Evidence.UNCLEAR


CREATE: Final = Operation(
    name="pay_by_links.create",
    method="POST",
    path="/api/PaymentURL/CreatePaymentURL",
    repeat=Repeat.NEVER,
    body=NewPayByLink,
    write=_write,
    answer=PayByLink,
    envelope=None,
    secured=False,
    legacy=True,
    reference=lambda link: link.reference_no,
    lookup=find_pay_by_link,
    intent=("REFERENCE_NO", "AMOUNT"),
    refusal=_find_refusal,
)
STATUS: Final = Operation(
    name="pay_by_links.status",
    method="POST",
    path="/api/PaymentURL/GetStatus",
    repeat=Repeat.READ,
    body=PayByLinkInquiry,
    write=_write,
    answer=PayByLinkStatus,
    envelope=None,
    secured=False,
    legacy=True,
    reference=lambda inquiry: inquiry.reference_no,
    refusal=_find_refusal,
)
RESEND: Final = Operation(
    name="pay_by_links.resend",
    method="POST",
    path="/api/PaymentURL/ResendSmsEmail",
    repeat=Repeat.NEVER,
    body=PayByLinkReminder,
    write=_write,
    answer=PayByLink,
    envelope=None,
    secured=False,
    legacy=True,
    refusal=_find_refusal,
)


class PayByLinks(Resource):
    """Have links sent that customers pay by, on the older gateway."""

    async def create(self, link: NewPayByLink) -> PayByLink:
        """Make a link and have it sent by SMS or e-mail. No money moves until the payer pays.

        It is sent once: the older gateway promises nothing for a repeated reference. If the answer is lost,
        ``status`` tells whether somebody paid.

        Args:
            link: What is to be paid, in paisa, and how.

        Returns:
            The link.

        Raises:
            InvalidRequestError: a field is ill-formed; ``code`` is a ``PayByLinkCode``.
            AuthenticationError: merchant id or access code is wrong.
            ConfigurationError: the Session has no ``legacy`` credentials.
            OutcomeUnknownError: it may have been made and sent to the customer.

        Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
        """
        return await self._send(CREATE, body=link)

    async def status(self, inquiry: PayByLinkInquiry) -> PayByLinkStatus:
        """Read how far the payment of a link has come. No money moves.

        Args:
            inquiry: Your own reference of the link.

        Returns:
            The status: paid when ``is_paid``; amounts in paisa.

        Raises:
            ApiError: the gateway does not know the reference, or nobody has tried to pay; no code is
                documented for either.
            AuthenticationError: merchant id or access code is wrong.
            ConfigurationError: the Session has no ``legacy`` credentials.

        Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
        """
        return await self._send(STATUS, body=inquiry)

    async def resend(self, reminder: PayByLinkReminder) -> PayByLink:
        """Have a link sent to the customer again. No money moves.

        It is sent once. If the answer is lost, the customer may have got the message.

        Args:
            reminder: The gateway's id of the link.

        Returns:
            That it was sent.

        Raises:
            ApiError: the link cannot be sent.
            AuthenticationError: merchant id or access code is wrong.
            ConfigurationError: the Session has no ``legacy`` credentials.
            OutcomeUnknownError: it may have been sent.

        Source: https://developer.pluralonline.com/v2.0/docs/integration-steps
        """
        return await self._send(RESEND, body=reminder)
