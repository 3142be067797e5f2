"""Get All Settlements, Get Settlements by UTR: amounts in rupees, times without a zone, which is UTC here."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Final

from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.query import check_span, moment, parameters, whole
from pinelabs_async.sandbox.gateway.settlement_book import Movement, Settlement, settlements
from pinelabs_async.sandbox.problems import invalid
from pinelabs_async.sandbox.state import Json, Merchant, Payment

_BANK: Final = "Sandbox Bank"
_LONGEST_PAGE: Final = 10
_DATE_ONLY: Final = len("2024-10-09")
# What the sandbox has nothing to say about.
_NOTHING: Final = (
    "total_chargeback_recovery_amount",
    "total_loan_recovery_amount",
    "total_late_settlement_fee",
    "total_mar_amount",
    "total_platform_fee",
    "other_deductions",
    "additional_mdr_amount",
    "total_convenience_fee",
    "total_gst_on_c_c_f",
    "total_cashback_amount",
    "total_merchant_cashback",
    "total_merchant_convenience_fee",
)


def list_all(call: Call) -> Json:
    """List what was settled between two dates, newest first; the totals are those of all pages."""
    query = parameters(call)
    start, end = _date(query, "start_date", time.min), _date(query, "end_date", time.max)
    check_span(start, end)
    known = settlements(call.merchant, call.state.clock.now())
    found = [one for one in reversed(known) if start <= one.settled_at <= end]
    page, per_page = _paging(query)
    return {
        "data": [_record(one, call.merchant) for one in found[(page - 1) * per_page : page * per_page]],
        "total_settlement_count": len(found),
        "total_transactions_count": sum(len(one.payments) for one in found),
        "total_settlement_amount": in_rupees(sum(one.net for one in found)),
    }


def get(call: Call) -> Json:
    """Return one settlement with a page of its payments."""
    page, per_page = _paging(parameters(call))
    known = settlements(call.merchant, call.state.clock.now())
    # 404 is not among the documented statuses of this operation.
    found = next((one for one in known if one.utr == call.path["utr"]), None) or no_match(status=400)
    shown = found.payments[(page - 1) * per_page : page * per_page]
    return {
        **_account(found, call.merchant),
        **_figures(found),
        "transactions": [_transaction(payment, moved, found) for payment, moved in shown],
        "pagination": {"total_pages": -(-len(found.payments) // per_page), "current_page": str(page)},
    }


def in_rupees(paisa: int) -> float:
    """Return paisa as the number of rupees that JSON writes with at most two decimals."""
    # The nearest float of so few digits is written with just these digits.
    return paisa // 100 if paisa % 100 == 0 else paisa / 100


def _record(settlement: Settlement, merchant: Merchant) -> Json:
    paid = settlement.total(lambda moved: moved.paid)
    return {
        "total_amount": in_rupees(settlement.net),
        "actual_transaction_amount": in_rupees(paid),
        "total_deduction_amount": in_rupees(paid - settlement.net),
        "total_transactions_count": len(settlement.payments),
        "last_processed_date": _naive(settlement.processed_at),
        "settled_date": _naive(settlement.settled_at),
        "system": "PG",
        **_account(settlement, merchant),
    }


def _account(settlement: Settlement, merchant: Merchant) -> Json:
    return {
        "utr_number": settlement.utr,
        "bank_name": _BANK,
        "bank_acc_number": f"00000000{merchant.credentials.merchant_id}",
        "programs": settlement.programs,
    }


def _figures(settlement: Settlement) -> Json:
    figures = {
        "total_transaction_amount": settlement.total(lambda moved: moved.paid - moved.kept),
        "actual_transaction_amount": settlement.total(lambda moved: moved.paid),
        "total_refund": settlement.total(lambda moved: moved.refunded),
        "total_mdr_amount": settlement.total(lambda moved: moved.fee),
        "total_gst_amount": settlement.total(lambda moved: moved.tax),
        "split_fund_amount": settlement.total(lambda moved: moved.partners),
        "total_settled_amount": settlement.net,
        **dict.fromkeys(_NOTHING, 0),
    }
    rupees = {name: in_rupees(paisa) for name, paisa in figures.items()}
    return {"total_transaction_count": len(settlement.payments), **rupees}


def _transaction(payment: Payment, moved: Movement, settlement: Settlement) -> Json:
    # Documented: store_address and the terminal are those of a till; samples have them everywhere.
    return {
        "transaction_id": payment.id,
        "system": "PG",
        "processed_date": _naive(settlement.processed_at),
        "transaction_date": _naive(datetime.combine(moved.at.date(), time.min)),
        "transaction_amount": in_rupees(moved.paid),
        "actual_transaction_amount": in_rupees(moved.paid),
        "total_deduction_amount": in_rupees(moved.kept),
        "settled_amount": in_rupees(moved.paid - moved.kept),
        "store_address": "",
        "acquirer_name": payment.acquirer_data.get("acquirer_name", ""),
        "tid": "",
        "is_emi": payment.method.endswith("_EMI"),
        "utr_number": settlement.utr,
        "program": payment.method,
        "payout_status": "Success",
    }


def _paging(query: Mapping[str, str]) -> tuple[int, int]:
    return whole(query, "page", 1), whole(query, "per_page", _LONGEST_PAGE, most=_LONGEST_PAGE)


def _date(query: Mapping[str, str], name: str, hour: time) -> datetime:
    """Return a date of the filter; a day without a time means all of it."""
    at = moment(query, name)
    if at is None:
        invalid(f"{name} is missing")
    if at.tzinfo is not None:
        invalid(f"{name} must have no time zone")
    whole_day = len(query[name]) <= _DATE_ONLY
    return (datetime.combine(at, hour) if whole_day else at).replace(tzinfo=UTC)


def _naive(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}"


_PATH: Final = "/api/settlements/v1"
ROUTES: Final = (
    Route("settlements.list", "GET", f"{_PATH}/list", list_all, reads="nothing"),
    Route("settlements.get", "GET", f"{_PATH}/detail/{{utr}}", get, reads="nothing"),
)
