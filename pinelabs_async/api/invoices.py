"""Invoices of import orders: the money is settled only when the invoice is there."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pinelabs_async.api.common import Timestamp
from pinelabs_async.api.documents import Document
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.files import as_multipart
from pinelabs_async.wire.look_up import by_id, equal, reaches, shows
from pinelabs_async.wire.names import CamelCase
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class InvoiceStatus(OpenEnum):
    """Say how far an invoice has come.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-invoice-status
    """

    INVOICE_CAPTURED = "INVOICE_CAPTURED"
    """Its details are known; the file is to come."""
    INVOICE_UPLOADED = "INVOICE_UPLOADED"
    """The file is there."""
    INVOICE_REJECTED = "INVOICE_REJECTED"
    """The bank or a partner did not accept it."""


@shape
class NewInvoice(Body):
    """Hold the details of an order's invoice; each order has one. No money moves.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/capture-invoice
    """

    invoice_number: str
    """Its number, at most 100 characters."""
    invoice_date: date
    """Its date."""
    supplier_name: str | None = None
    """Who supplies, at most 200 characters."""


@shape
class Invoice(CamelCase, Answer):
    """Hold an order's invoice.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-invoice-status
    """

    invoice_id: str
    """The gateway's id of the invoice."""
    order_id: str | None = None
    """The order that it belongs to."""
    invoice_number: str | None = None
    """Its number."""
    invoice_date: date | None = None
    """Its date."""
    supplier_name: str | None = None
    """Who supplies."""
    status: InvoiceStatus | None = None
    """How far it has come."""
    created_at: Timestamp | None = None
    """When its details came."""
    updated_at: Timestamp | None = None
    """When it changed last."""


def _status_of_invoice(invoice: Invoice, ids: Sequence[str]) -> str | None:
    """Read the status, of the invoice that was meant only."""
    return invoice.status if invoice.invoice_id == ids[1] else None


GET: Final = Operation(
    name="invoices.get",
    method="GET",
    path="/api/pay/v1/orders/{order_id}/invoice",
    repeat=Repeat.READ,
    answer=Invoice,
    envelope=None,
)
CREATE: Final = Operation(
    name="invoices.create",
    method="POST",
    path="/api/pay/v1/orders/{order_id}/invoice",
    repeat=Repeat.NEVER,
    body=NewInvoice,
    answer=Invoice,
    envelope=None,
    lookup=shows(by_id(GET, "order_id"), equal("invoice_number", "invoice_date", "supplier_name")),
    intent=("invoice_number", "invoice_date", "supplier_name"),
)
UPLOAD: Final = Operation(
    name="invoices.upload",
    method="PUT",
    path="/api/pay/v1/orders/{order_id}/invoice/{invoice_id}/upload",
    repeat=Repeat.NEVER,
    body=Document,
    write=as_multipart,
    answer=Invoice,
    envelope=None,
    lookup=reaches(by_id(GET, "order_id"), {InvoiceStatus.INVOICE_UPLOADED}, status=_status_of_invoice),
)


class Invoices(Resource):
    """Hand in the invoices of import orders."""

    async def create(self, order_id: str, invoice: NewInvoice) -> Invoice:
        """Hand in the details of an order's invoice. No money moves; settlement waits for the file.

        It is sent once. If the answer is lost, ``invoices.get`` tells whether it arrived.

        Args:
            order_id: A paid import order, status ``PROCESSED``.
            invoice: Number and date.

        Returns:
            The invoice; what the gateway answers here is not documented, ``raw`` holds all of it.

        Raises:
            InvalidRequestError: a field is missing or too long.
            ConflictError: the order is not a paid import, or has an invoice already; ``code`` says which.
            NotFoundError: there is no such order.
            OutcomeUnknownError: it may have arrived; read it.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/capture-invoice
        """
        return await self._send(CREATE, order_id, body=invoice)

    async def get(self, order_id: str) -> Invoice:
        """Read an order's invoice. No money moves.

        Args:
            order_id: The order that it belongs to.

        Returns:
            The invoice and its status.

        Raises:
            NotFoundError: there is no such order, or it has no invoice.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-invoice-status
        """
        return await self._send(GET, order_id)

    async def upload(self, order_id: str, invoice_id: str, file: Document) -> Invoice:
        """Hand in the file of an order's invoice. No money moves; settlement waits for it.

        Each invoice takes one file, once, and it is sent once. If the answer is lost, ``invoices.get`` tells
        by its status whether the file arrived.

        Args:
            order_id: The order that it belongs to.
            invoice_id: The invoice, as ``create`` or ``get`` gave it.
            file: PDF, JPEG or PNG, at most 5 MiB: ``Document.read("invoice.pdf")``.

        Returns:
            The invoice, ``INVOICE_UPLOADED``.

        Raises:
            ConflictError: a file was handed in before.
            DuplicateRequestError: the same, where the gateway says so in its code.
            InvalidRequestError: there is no such invoice, or the file is of another type or too large.
            OutcomeUnknownError: it may have arrived; read the invoice.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/upload-invoice-file
        """
        return await self._send(UPLOAD, order_id, invoice_id, body=file)
