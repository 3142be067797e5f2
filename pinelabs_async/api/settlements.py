"""Settlements: what Pine Labs has paid to your bank account. Amounts here are rupees, not paisa."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from pinelabs_async.api.common import Private
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.pages import Pages, until_short
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, shape


@shape
class Settlement(Answer):
    """Hold one transfer to your bank account, in **rupees**; times have no zone, as they come.

    Source: https://www.pinelabs.com/docs/online-payments/api/settlements/get-all-settlements
    """

    utr_number: str
    """The bank's number of the transfer (UTR): ``settlements.get`` reads its payments."""
    total_amount: Decimal | None = None
    """What was transferred, in rupees."""
    actual_transaction_amount: Decimal | None = None
    """What payers paid, before deductions, in rupees."""
    total_deduction_amount: Decimal | None = None
    """What was kept back, in rupees."""
    total_transactions_count: int | None = None
    """How many payments it covers."""
    last_processed_date: datetime | None = None
    """When the last of them was processed; no zone."""
    settled_date: datetime | None = None
    """When it was transferred; no zone."""
    programs: tuple[str, ...] = ()
    """How these were paid, e.g. ``UPI``."""
    system: str | None = None
    """Where these were paid: ``PG`` is the payment gateway."""
    bank_name: str | None = None
    """Your bank."""
    bank_acc_number: Private | None = None
    """Your account."""


@shape
class SettlementPage(Answer):
    """Hold one page of settlements, and totals in **rupees**."""

    data: tuple[Settlement, ...] = ()
    """The settlements of this page."""
    total_settlement_count: int | None = None
    """How many there are."""
    total_transactions_count: int | None = None
    """How many payments they cover."""
    total_settlement_amount: Decimal | None = None
    """What was transferred in all, in rupees."""


@shape
class SettledTransaction(Answer):
    """Hold one payment of a settlement, in **rupees**; times have no zone, as they come."""

    transaction_id: str
    """The gateway's id of the payment."""
    system: str | None = None
    """Where it was paid: ``PG`` is the payment gateway."""
    processed_date: datetime | None = None
    """When it was processed; no zone."""
    transaction_date: datetime | None = None
    """When it was paid; no zone."""
    transaction_amount: Decimal | None = None
    """What was paid, in rupees."""
    actual_transaction_amount: Decimal | None = None
    """What was paid, before deductions, in rupees."""
    total_deduction_amount: Decimal | None = None
    """What was kept back, in rupees."""
    settled_amount: Decimal | None = None
    """What was transferred for it, in rupees."""
    store_address: str | None = None
    """Your shop; for payments at a till only."""
    acquirer_name: str | None = None
    """Which acquirer."""
    tid: str | None = None
    """Terminal id."""
    is_emi: bool | None = None
    """Whether it is paid in instalments."""
    utr_number: str | None = None
    """The bank's number of the transfer."""
    program: str | None = None
    """How it was paid, e.g. ``UPI``."""
    payout_status: str | None = None
    """``Success`` is the only documented value."""


@shape
class SettlementPagination(Answer):
    """Hold where a page of payments stands."""

    total_pages: int | None = None
    """How many pages there are."""
    current_page: str | None = None
    """Which one this is; a text, as it comes."""


@shape
class SettlementDetail(Answer):
    """Hold one transfer to your bank account with its payments, in **rupees**.

    Source: https://www.pinelabs.com/docs/online-payments/api/settlements/get-settlements-by-utr
    """

    utr_number: str
    """The bank's number of the transfer (UTR)."""
    bank_name: str | None = None
    """Your bank."""
    bank_acc_number: Private | None = None
    """Your account."""
    programs: tuple[str, ...] = ()
    """How these were paid, e.g. ``UPI``."""
    total_transaction_count: int | None = None
    """How many payments it covers."""
    total_transaction_amount: Decimal | None = None
    """What was paid, after deductions, in rupees."""
    actual_transaction_amount: Decimal | None = None
    """What was paid, before deductions, in rupees."""
    total_refund: Decimal | None = None
    """Refunds, in rupees."""
    total_chargeback_recovery_amount: Decimal | None = None
    """Taken back for chargebacks, in rupees."""
    total_loan_recovery_amount: Decimal | None = None
    """Taken for loans, in rupees."""
    total_mdr_amount: Decimal | None = None
    """Merchant discount rate, in rupees."""
    total_gst_amount: Decimal | None = None
    """Goods and services tax, in rupees."""
    total_late_settlement_fee: Decimal | None = None
    """Fee for a late settlement, in rupees."""
    total_settled_amount: Decimal | None = None
    """What was transferred, in rupees."""
    total_mar_amount: Decimal | None = None
    """Undocumented, in rupees."""
    split_fund_amount: Decimal | None = None
    """Paid to partners, in rupees."""
    total_platform_fee: Decimal | None = None
    """Platform fee, in rupees."""
    other_deductions: Decimal | None = None
    """Whatever else was kept back, in rupees."""
    additional_mdr_amount: Decimal | None = None
    """More merchant discount rate, in rupees."""
    total_convenience_fee: Decimal | None = None
    """Convenience fees, in rupees."""
    total_gst_on_c_c_f: Decimal | None = None
    """Tax on convenience fees, in rupees."""
    total_cashback_amount: Decimal | None = None
    """Cashback, in rupees."""
    total_merchant_cashback: Decimal | None = None
    """Cashback that you bear, in rupees."""
    total_merchant_convenience_fee: Decimal | None = None
    """Convenience fees that are yours, in rupees."""
    transactions: tuple[SettledTransaction, ...] = ()
    """The payments of this page."""
    pagination: SettlementPagination | None = None
    """Where this page stands: there may be more."""


LIST: Final = Operation(
    name="settlements.list",
    method="GET",
    path="/api/settlements/v1/list",
    repeat=Repeat.READ,
    answer=SettlementPage,
    envelope=None,
)
GET: Final = Operation(
    name="settlements.get",
    method="GET",
    path="/api/settlements/v1/detail/{utr}",
    repeat=Repeat.READ,
    answer=SettlementDetail,
    envelope=None,
)


class Settlements(Resource):
    """Read what was paid to your bank account."""

    def list(
        self, *, start_date: date, end_date: date, per_page: int = 10, max_pages: int | None = None
    ) -> Pages[Settlement]:
        """List the settlements of some days. No money moves; amounts are rupees, not paisa.

        Data reach back six months and may be three hours late.

        Args:
            start_date: The first day, or a moment of it without a zone, as the gateway counts time.
            end_date: The last day, all of it, or a moment of it without a zone; at most 60 days later.
            per_page: Settlements a page, 1 to 10.
            max_pages: Stop after so many pages.

        Returns:
            The settlements, page by page.

        Raises:
            InvalidRequestError: the days are more than 60 apart.

        Source: https://www.pinelabs.com/docs/online-payments/api/settlements/get-all-settlements
        """
        query = {
            "start_date": _moment(start_date, time.min),
            "end_date": _moment(end_date, time(23, 59, 59)),
            "page": 1,
            "per_page": per_page,
        }
        turn = until_short("per_page", "total_settlement_count")
        return Pages(
            lambda query: self._send(LIST, query=query), lambda page: page.data, turn, query, max_pages
        )

    async def get(
        self, utr: str, *, page: int | None = None, per_page: int | None = None
    ) -> SettlementDetail:
        """Read one settlement with a page of its payments. No money moves; amounts are rupees, not paisa.

        Args:
            utr: The bank's number of the transfer.
            page: Which page of its payments, from 1.
            per_page: How many payments a page: 1 to 10; the gateway takes 10 when it is left out.

        Returns:
            The settlement; its ``pagination`` says how many pages there are.

        Raises:
            InvalidRequestError: there is no such settlement.

        Source: https://www.pinelabs.com/docs/online-payments/api/settlements/get-settlements-by-utr
        """
        return await self._send(GET, utr, query={"page": page, "per_page": per_page})


def _moment(day: date, hour: time) -> str:
    moment = day if isinstance(day, datetime) else datetime.combine(day, hour)
    if moment.tzinfo is not None:
        raise ValueError(
            f"{moment} has a time zone, and nobody knows in which one the gateway counts; leave it out."
        )
    return moment.isoformat(timespec="seconds")
