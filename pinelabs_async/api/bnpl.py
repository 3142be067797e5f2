"""Buy now, pay later (BNPL): whether a payer may."""

from datetime import date
from typing import Final

from pinelabs_async.api.common import Amount, Private
from pinelabs_async.api.instruments import BnplCode
from pinelabs_async.api.tenders import DeviceInfo
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class BnplCheck(Body):
    """Hold who wants to pay later.

    Source: https://www.pinelabs.com/docs/online-payments/api/bnpl/check-bnpl-eligibility
    """

    mobile: Private
    """The payer's mobile number, 10 digits without country code."""
    pay_code: BnplCode | str
    """Who lends; a payment calls it ``bnpl_pay_code``."""
    amount: Amount
    """What is to be paid, in paisa."""
    device_info: DeviceInfo | None = None
    """The payer's device; ``SIMPL`` and ``SIMPL3`` want it."""
    email: Private | None = None
    """The payer's e-mail address, at most 50 characters."""


@shape
class BnplInstallment(Answer):
    """Hold one part of a payment that is made later."""

    serial_no: int | None = None
    """Which part, from 1."""
    amount_in_paise: int | None = None
    """How much, in paisa."""
    due_date: date | None = None
    """When."""


@shape
class BnplMetadata(Answer):
    """Hold what a payer could pay later."""

    credit_limit_available_in_paise: str | None = None
    """How much at most, in paisa, as a text."""
    installments: tuple[BnplInstallment, ...] = ()
    """In which parts; ``SIMPL3`` only."""


@shape
class BnplEligibility(Answer):
    """Say whether a payer may pay an amount later.

    Source: https://www.pinelabs.com/docs/online-payments/api/bnpl/check-bnpl-eligibility
    """

    txn_eligibility: bool | None = None
    """Whether the payer may; only True is a yes."""
    metadata: BnplMetadata | None = None
    """Limit and parts."""


CHECK_ELIGIBILITY: Final = Operation(
    name="bnpl.check_eligibility",
    method="POST",
    path="/api/payment-option/eligibility/bnpl",
    repeat=Repeat.READ,
    body=BnplCheck,
    answer=BnplEligibility,
    envelope=None,
)


class Bnpl(Resource):
    """Ask who may buy now and pay later."""

    async def check_eligibility(self, check: BnplCheck) -> BnplEligibility:
        """Ask whether a payer may pay an amount later. No money moves.

        Args:
            check: Who wants to pay, with which lender, and the amount in paisa.

        Returns:
            Whether the payer may, and in which parts.

        Raises:
            InvalidRequestError: a field is out of range.

        Source: https://www.pinelabs.com/docs/online-payments/api/bnpl/check-bnpl-eligibility
        """
        return await self._send(CHECK_ELIGIBILITY, body=check)
