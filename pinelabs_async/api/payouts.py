"""Payouts: money that you send to bank accounts and UPI addresses, from your funding account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.api.common import Amount, Private, Timestamp
from pinelabs_async.api.payout_object import (
    FundingAccount,
    Payout,
    PayoutBatch,
    PayoutMode,
    PayoutPage,
    PayoutStatus,
)
from pinelabs_async.wire.content import Content
from pinelabs_async.wire.files import FilePart, as_form_file
from pinelabs_async.wire.look_up import equal, reaches, shows
from pinelabs_async.wire.names import CamelCase
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.pages import Pages, by_next_page
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Body, adopt, shape

_GONE_ALREADY: Final = frozenset({PayoutStatus.PROCESSED, PayoutStatus.SUCCESS, PayoutStatus.FAILED})
"""Statuses in which a payout cannot be cancelled any more, and was not."""


@shape
class NewPayout(CamelCase, Body):
    """Hold a payout to be made: money leaves your funding account.

    Source: https://www.pinelabs.com/docs/online-payments/api/payouts/create-payout
    """

    client_reference_id: str
    """Your own reference, 1 to 40 characters without spaces: a repeated one makes no second payout."""
    payee_name: Private
    """Who receives, 1 to 40 letters and spaces."""
    amount: Amount
    """How much, in paisa: 100 to 100,000,000."""
    mode: PayoutMode | str
    """How it travels."""
    remarks: str
    """A note, 1 to 50 letters, digits, ``-`` and spaces."""
    account_number: Private | None = None
    """For IMPS, NEFT and RTGS: 9 to 18 digits."""
    branch_code: str | None = None
    """For IMPS, NEFT and RTGS: the IFSC code of the branch."""
    vpa: Private | None = None
    """For UPI: the payee's UPI address."""
    email: Private | None = None
    """The payee's e-mail address."""
    phone: Private | None = None
    """The payee's telephone number, 10 digits."""


@shape
class NewSchedule(CamelCase, Body):
    """Hold another time for a payout that has not gone yet."""

    schedule_at: Timestamp
    """When it is to go."""


@attrs.frozen
class PayoutFile(FilePart):
    """Hold a file with many payouts to be made. The vendor publishes neither its layout nor its size: ask Pine Labs.

    Source: https://www.pinelabs.com/docs/online-payments/api/payouts/create-bulk-payout
    """


async def find_payout(look: Look, _ids: Sequence[str], body: NewPayout) -> Payout | Evidence:
    """Find a payout that may have been made: the list, filtered by reference, says whether it exists."""
    page = await look(LIST, query={"clientReferenceId": body.client_reference_id, "page": 1, "count": 10})
    if not page.payments:
        # Only an empty list proves absence; a page without a list proves nothing.
        return Evidence.ABSENT if page.raw.get("payments") == [] else Evidence.UNCLEAR
    same = [
        payout
        for payout in page.payments
        if payout.client_reference_id == body.client_reference_id
        and payout.amount == body.amount
        and payout.mode in (None, body.mode)
        and (None in (payout.payee_name, body.payee_name) or payout.payee_name == body.payee_name)
    ]
    return adopt(same[0], page) if len(same) == len(page.payments) == 1 else Evidence.UNCLEAR


async def _read(look: Look, ids: Sequence[str], _body: object) -> Payout | None:
    """Read a payout by the gateway's id: the list, filtered by it, holds that one alone."""
    page = await look(LIST, query={"paymentReferenceId": ids[0], "page": 1, "count": 10})
    same = [payout for payout in page.payments if payout.payment_reference_id == ids[0]]
    return adopt(same[0], page) if len(same) == len(page.payments) == 1 else None


def encode_bulk(file: PayoutFile) -> Content:
    """Write the file as the vendor's API definition says: the field ``file`` of a form.

    Its samples show JSON and its text speaks of an upload, so this stands alone, to be replaced in one place.
    """
    return as_form_file(file)


LIST: Final = Operation(
    name="payouts.list",
    method="GET",
    path="/payouts/v3/payments",
    repeat=Repeat.READ,
    answer=PayoutPage,
    envelope=None,
)
BALANCE: Final = Operation(
    name="payouts.balance",
    method="GET",
    path="/payouts/v3/payments/funding-account",
    repeat=Repeat.READ,
    answer=FundingAccount,
    envelope=None,
)
CREATE: Final = Operation(
    name="payouts.create",
    method="POST",
    path="/payouts/v3/payments/banks",
    repeat=Repeat.BY_REFERENCE,
    body=NewPayout,
    answer=Payout,
    envelope=None,
    reference=lambda payout: payout.client_reference_id,
    lookup=find_payout,
    intent=("clientReferenceId", "amount", "mode"),
    resend=True,
)
CREATE_BULK: Final = Operation(
    name="payouts.create_bulk",
    method="POST",
    path="/payouts/v3/payments/banks/file",
    repeat=Repeat.NEVER,
    body=PayoutFile,
    write=encode_bulk,
    answer=PayoutBatch,
    envelope=None,
)
RESCHEDULE: Final = Operation(
    name="payouts.reschedule",
    method="PUT",
    path="/payouts/v3/payments/banks/{payment_reference_id}",
    repeat=Repeat.NEVER,
    body=NewSchedule,
    answer=Payout,
    envelope=None,
    lookup=shows(_read, equal(schedule_at="scheduled_at")),
    intent=("scheduleAt",),
)
CANCEL: Final = Operation(
    name="payouts.cancel",
    method="PUT",
    path="/payouts/v3/payments/banks/{payment_reference_id}/cancel",
    repeat=Repeat.NEVER,
    answer=Payout,
    envelope=None,
    lookup=reaches(_read, {PayoutStatus.CANCELLED}, never=_GONE_ALREADY),
)


class Payouts(Resource):
    """Send money."""

    async def create(self, payout: NewPayout) -> Payout:
        """Send money from your funding account to a payee.

        If the answer is lost, the payout is looked up by your reference, and sent again, under the same
        reference, only when the gateway's list says that it does not exist.

        Args:
            payout: Whom to pay, and how much in paisa.

        Returns:
            The payout, usually ``SCHEDULED``; follow it with ``list`` until ``SUCCESS`` or ``FAILED``.

        Raises:
            DuplicateRequestError: the reference was used before; no second payout was made.
            ConflictError: the same, where the gateway gives no code for it.
            OutcomeUnknownError: the money may be on its way; look the reference up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/payouts/create-payout
        """
        return await self._send(CREATE, body=payout)

    async def create_bulk(self, file: PayoutFile) -> PayoutBatch:
        """Send money to many payees: hand in a file, which the gateway carries out later.

        It is sent once, since nothing in it tells one request from another. If the answer is lost, look into
        ``payouts.list`` before you hand it in again.

        Args:
            file: The payouts, laid out as agreed with Pine Labs: ``PayoutFile.read("payouts.csv")``.

        Returns:
            The request; follow its payouts with ``list(request_reference_id=...)``.

        Raises:
            InvalidRequestError: the file cannot be read.
            OutcomeUnknownError: the money may be on its way; look before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/payouts/create-bulk-payout
        """
        return await self._send(CREATE_BULK, body=file)

    def list(
        self,
        *,
        payment_reference_id: str | None = None,
        client_reference_id: str | None = None,
        request_reference_id: str | None = None,
        bank_transaction_reference_id: str | None = None,
        mode: PayoutMode | str | None = None,
        status: PayoutStatus | str | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        count: int = 10,
        max_pages: int | None = None,
    ) -> Pages[Payout]:
        """Go through your payouts, or those that a filter lets through. No money moves.

        Args:
            payment_reference_id: The gateway's id of one payout.
            client_reference_id: Your reference of one payout.
            request_reference_id: The gateway's id of a request.
            bank_transaction_reference_id: The bank's id.
            mode: How the money travels.
            status: How far they have come.
            date_from: Made after this moment, with a time zone.
            date_to: Made before this moment; at most 60 days after ``date_from``.
            count: Payouts a page, 1 to 20.
            max_pages: Stop after so many pages.

        Returns:
            The payouts, item by item or page by page.

        Raises:
            InvalidRequestError: a filter is ill-formed, or the dates are too far apart.

        Source: https://www.pinelabs.com/docs/online-payments/api/payouts/get-payouts
        """
        query = {
            "paymentReferenceId": payment_reference_id,
            "clientReferenceId": client_reference_id,
            "requestReferenceId": request_reference_id,
            "bankTransactionReferenceId": bank_transaction_reference_id,
            "mode": mode,
            "status": status,
            "dateFrom": date_from,
            "dateTo": date_to,
            "page": 1,
            "count": count,
        }
        return Pages(
            lambda query: self._send(LIST, query=query),
            lambda page: page.payments,
            by_next_page,
            query,
            max_pages,
        )

    async def balance(self) -> FundingAccount:
        """Read what is in your funding account. No money moves.

        Returns:
            The account and its balance in paisa.

        Raises:
            PermissionDeniedError: payouts are not enabled for you.

        Source: https://www.pinelabs.com/docs/online-payments/api/payouts/get-payout-balance
        """
        return await self._send(BALANCE)

    async def reschedule(self, payment_reference_id: str, schedule: NewSchedule) -> Payout:
        """Give a payout that has not gone another time. The money goes then.

        It is sent once. If the answer is lost, read the payout with ``list``.

        Args:
            payment_reference_id: The gateway's id of a payout that is ``SCHEDULED``.
            schedule: When it is to go.

        Returns:
            The payout.

        Raises:
            NotFoundError: there is no such payout.
            OutcomeUnknownError: it may have been rescheduled; read it.

        Source: https://www.pinelabs.com/docs/online-payments/api/payouts/update-scheduled-payout
        """
        return await self._send(RESCHEDULE, payment_reference_id, body=schedule)

    async def cancel(self, payment_reference_id: str) -> Payout:
        """Cancel a payout that has not gone: the money stays in your funding account. It cannot be revived.

        It is sent once. If the answer is lost, read the payout with ``list``.

        Args:
            payment_reference_id: The gateway's id of a payout that is ``SCHEDULED``.

        Returns:
            The payout.

        Raises:
            NotFoundError: there is no such payout.
            OutcomeUnknownError: it may have been cancelled; read it.

        Source: https://www.pinelabs.com/docs/online-payments/api/payouts/cancel-scheduled-payout
        """
        return await self._send(CANCEL, payment_reference_id)
