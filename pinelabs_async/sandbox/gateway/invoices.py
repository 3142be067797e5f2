"""Capture Invoice, Get Invoice Status, Upload Invoice File: one invoice an order, one file an invoice.

The answers are in camelCase, the request is not. What Capture Invoice answers is unpublished but
for the status 202: here the invoice, as Get Invoice Status tells it.
"""

import secrets
from datetime import datetime
from typing import Final, cast

import attrs

from pinelabs_async.sandbox import magic
from pinelabs_async.sandbox.call import Answered, Call, Route
from pinelabs_async.sandbox.gateway import documents
from pinelabs_async.sandbox.gateway.people import no_match
from pinelabs_async.sandbox.gateway.shapes import stamp
from pinelabs_async.sandbox.problems import Refusal
from pinelabs_async.sandbox.state import Json

_FAULT: Final = "DOC_INVOICE_VALIDATION_FAILED"


@attrs.define(kw_only=True)
class Invoice:
    """The invoice of one order."""

    id: str
    order_id: str
    number: str
    date: str
    supplier: str | None
    status: str = "INVOICE_CAPTURED"
    created_at: datetime
    updated_at: datetime


@attrs.define
class Invoices:
    """A merchant's invoices, by order id."""

    by_order: dict[str, Invoice] = attrs.field(factory=dict[str, Invoice])


def create(call: Call) -> Answered:
    """Take the details of an order's invoice."""
    number, day, supplier = _read(call.content)
    order = documents.import_order(call)
    store = call.merchant.store(Invoices).by_order
    existing = store.get(order.id)
    if existing is not None:
        rejected = existing.status == "INVOICE_REJECTED"
        raise Refusal("ORDER_INVOICE_ALREADY_REJECTED" if rejected else "ORDER_INVOICE_ALREADY_CAPTURED")
    now = call.state.clock.now()
    invoice = Invoice(
        id=f"inv-{now:%y%m%d%H%M%S}-ab-{secrets.token_hex(3)}",
        order_id=order.id,
        number=number,
        date=day,
        supplier=supplier,
        created_at=now,
        updated_at=now,
    )
    store[order.id] = invoice
    call.executed(reference=number, order_id=order.id)
    return Answered(status=202, body=_json(invoice))


def get(call: Call) -> Json:
    """Return the invoice of an order."""
    return _json(call.merchant.store(Invoices).by_order.get(call.path["orderId"]) or no_match())


def upload(call: Call) -> Json:
    """Take the file of an invoice."""
    invoice = call.merchant.store(Invoices).by_order.get(call.path["orderId"])
    if invoice is None or invoice.id != call.path["invoiceId"]:
        # Documented: 422 for an unknown invoice, not 404.
        no_match(status=422)
    documents.check_file(call)
    if invoice.status != "INVOICE_CAPTURED":
        raise documents.already_uploaded()
    invoice.status, invoice.updated_at = "INVOICE_UPLOADED", call.state.clock.now()
    call.executed(reference=invoice.number, order_id=invoice.order_id)

    def reject() -> None:
        invoice.status, invoice.updated_at = "INVOICE_REJECTED", call.state.clock.now()

    documents.look_at(call, magic.outcome("invoice_number", invoice.number), reject)
    told = _json(invoice)
    return {name: told[name] for name in told if name not in ("createdAt", "updatedAt")}


def _read(content: bytes) -> tuple[str, str, str | None]:
    parsed = documents.read_json(content)
    if not isinstance(parsed, dict):
        raise Refusal("DOC_INVALID_REQUEST_BODY")
    body = cast("Json", parsed)
    number = documents.text(body, "invoice_number", 100, _FAULT)
    day = documents.text(body, "invoice_date", 100, _FAULT)
    if number is None or day is None:
        raise Refusal("DOC_REQUIRED_FIELDS_MISSING")
    if not documents.is_date(day):
        raise Refusal("DOC_INVALID_DATE_FORMAT")
    return number, day, documents.text(body, "supplier_name", 200, _FAULT)


def _json(invoice: Invoice) -> Json:
    return {
        "invoiceId": invoice.id,
        "orderId": invoice.order_id,
        "invoiceNumber": invoice.number,
        "invoiceDate": invoice.date,
        "supplierName": invoice.supplier,
        "status": invoice.status,
        "createdAt": stamp(invoice.created_at),
        "updatedAt": stamp(invoice.updated_at),
    }


_PATH: Final = "/api/pay/v1/orders/{orderId}/invoice"
ROUTES: Final = (
    Route("invoices.create", "POST", _PATH, create, reads="raw"),
    Route("invoices.get", "GET", _PATH, get, reads="nothing"),
    Route("invoices.upload", "PUT", f"{_PATH}/{{invoiceId}}/upload", upload, reads="raw"),
)
