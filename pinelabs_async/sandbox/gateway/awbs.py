"""Create, list, get and upload air waybills: up to five a request, several an order, one file each.

What Create AWB answers is unpublished but for the status 202 and that there is an `awb_id` for each
record: here the new records, in the shape that the list has.
"""

import secrets
from datetime import datetime
from typing import Final, cast

import attrs

from pinelabs_async.sandbox import magic
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import documents
from pinelabs_async.sandbox.gateway.invoices import Invoices
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import stamp
from pinelabs_async.sandbox.problems import Refusal
from pinelabs_async.sandbox.state import Json

MAX_RECORDS: Final = 5
_FAULT: Final = "DOC_AWB_VALIDATION_FAILED"


@attrs.define(kw_only=True)
class Awb:
    """One air waybill."""

    id: str
    order_id: str
    number: str
    date: str | None
    status: str = "AWB_CAPTURED"
    created_at: datetime
    updated_at: datetime


@attrs.define
class Awbs:
    """A merchant's air waybills, in the order that they came."""

    by_id: dict[str, Awb] = attrs.field(factory=dict[str, Awb])


def create(call: Call) -> Answered:
    """Take the details of an order's air waybills: all of a request, or none."""
    given = _read(call.content)
    order = documents.import_order(call)
    store = call.merchant.store(Awbs).by_id
    numbers = [number for number, _ in given]
    if len(set(numbers)) != len(numbers):
        raise Refusal("DOC_DUPLICATE_AWB_IN_REQUEST")
    if not {awb.number for awb in store.values()}.isdisjoint(numbers):
        raise Refusal("DOC_DUPLICATE_AWB_NUMBER")
    now = call.state.clock.now()
    made = [
        Awb(
            id=f"awb-{now:%y%m%d}-{secrets.token_hex(4)}",
            order_id=order.id,
            number=number,
            date=day,
            created_at=now,
            updated_at=now,
        )
        for number, day in given
    ]
    store.update({awb.id: awb for awb in made})
    call.executed(reference=numbers[0], order_id=order.id)
    return Answered(status=202, body=_list(call, order.id, made))


def list_all(call: Call) -> Json:
    """Return the air waybills of an order."""
    order = call.merchant.orders.get(call.path["orderId"])
    if order is None:
        # 404 is not among the documented statuses of this operation.
        no_match(status=400)
    held = call.merchant.store(Awbs).by_id.values()
    return _list(call, order.id, [awb for awb in held if awb.order_id == order.id])


def get(call: Call) -> Json:
    """Return one air waybill."""
    awb = _find(call)
    return {**_record(awb), **_beside(call, awb.order_id, "order_id", "invoice_id")}


def upload(call: Call) -> Json:
    """Take the file of an air waybill."""
    awb = _find(call)
    documents.check_file(call)
    if awb.status != "AWB_CAPTURED":
        raise documents.already_uploaded()
    awb.status, awb.updated_at = "AWB_UPLOADED", call.state.clock.now()
    call.executed(reference=awb.number, order_id=awb.order_id)

    def reject() -> None:
        awb.status, awb.updated_at = "AWB_REJECTED", call.state.clock.now()

    documents.look_at(call, magic.outcome("awb_number", awb.number), reject)
    return {"awb_id": awb.id, "order_id": awb.order_id, "status": awb.status}


def _read(content: bytes) -> list[tuple[str, str | None]]:
    parsed = documents.read_json(content)
    if not isinstance(parsed, list):
        raise Refusal("DOC_INVALID_REQUEST_BODY")
    records = cast("list[object]", parsed)
    if not records:
        raise Refusal("DOC_EMPTY_AWB_REQUEST")
    if len(records) > MAX_RECORDS:
        raise Refusal("DOC_AWB_MAX_LIMIT_EXCEEDED")
    return [_read_one(record) for record in records]


def _read_one(record: object) -> tuple[str, str | None]:
    if not isinstance(record, dict):
        raise Refusal(_FAULT, "every air waybill must be an object")
    given = cast("Json", record)
    number = documents.text(given, "awb_number", 100, _FAULT)
    day = documents.text(given, "awb_date", 100, _FAULT)
    documents.text(given, "tracking_url", 2000, _FAULT)
    if number is None:
        raise Refusal(_FAULT, "awb_number is missing or blank")
    if day is not None and not documents.is_date(day):
        raise Refusal(_FAULT, "awb_date must be written as YYYY-MM-DD")
    return number, day


def _find(call: Call) -> Awb:
    awb = call.merchant.store(Awbs).by_id.get(call.path["awbId"])
    return no_match() if awb is None or awb.order_id != call.path["orderId"] else awb


def _record(awb: Awb) -> Json:
    return {
        "awb_id": awb.id,
        "awb_number": awb.number,
        **({"awb_date": awb.date} if awb.date is not None else {}),
        "status": awb.status,
        "created_at": stamp(awb.created_at),
        "updated_at": stamp(awb.updated_at),
    }


def _list(call: Call, order_id: str, awbs: list[Awb]) -> Json:
    beside = _beside(call, order_id, "order_id", "invoice_id", "invoice_number")
    return {**beside, "total": len(awbs), "awb_mappings": [_record(awb) for awb in awbs]}


def _beside(call: Call, order_id: str, *names: str) -> Json:
    """Return what stands beside an air waybill: its order, and the order's invoice if there is one."""
    invoice = call.merchant.store(Invoices).by_order.get(order_id)
    known = {"order_id": order_id}
    if invoice is not None:
        known |= {"invoice_id": invoice.id, "invoice_number": invoice.number}
    return {name: known[name] for name in names if name in known}


_PATH: Final = "/api/pay/v1/orders/{orderId}/awb"
ROUTES: Final = (
    Route("awbs.create", "POST", _PATH, create, reads="raw"),
    Route("awbs.list", "GET", _PATH, list_all, reads="nothing"),
    Route("awbs.get", "GET", f"{_PATH}/{{awbId}}", get, reads="nothing"),
    Route("awbs.upload", "PUT", f"{_PATH}/{{awbId}}/upload", upload, reads="raw"),
)
