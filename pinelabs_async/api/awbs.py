"""Air waybills (AWB) of import orders: how the goods travel."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final

from pinelabs_async.api.common import Timestamp
from pinelabs_async.api.documents import Document
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.files import as_multipart
from pinelabs_async.wire.look_up import by_id, reaches, shows
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class AwbStatus(OpenEnum):
    """Say how far an air waybill has come.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-awb-by-id
    """

    AWB_CAPTURED = "AWB_CAPTURED"
    """Its details are known; the file is to come."""
    AWB_UPLOADED = "AWB_UPLOADED"
    """The file is there."""
    AWB_REJECTED = "AWB_REJECTED"
    """The bank or a partner did not accept it."""


@shape
class NewAwb(Body):
    """Hold the details of an air waybill.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/create-awb
    """

    awb_number: str
    """Its number; each may be handed in once."""
    awb_date: date | None = None
    """Its date."""
    tracking_url: str | None = None
    """Where to follow the goods."""


@shape
class NewAwbs(Body):
    """Hold the air waybills of an order: in JSON, the list alone. No money moves.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/create-awb
    """

    BARE: ClassVar[str | None] = "awbs"
    """The JSON is this field's list alone."""

    awbs: Sequence[NewAwb]
    """The air waybills, at most 5."""


@shape
class Awb(Answer):
    """Hold an air waybill.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-awb-by-id
    """

    awb_id: str
    """The gateway's id of the air waybill."""
    order_id: str | None = None
    """The order that it belongs to."""
    invoice_id: str | None = None
    """The invoice that it belongs to."""
    awb_number: str | None = None
    """Its number."""
    awb_date: date | None = None
    """Its date."""
    status: AwbStatus | None = None
    """How far it has come."""
    created_at: Timestamp | None = None
    """When its details came."""
    updated_at: Timestamp | None = None
    """When it changed last."""


@shape
class AwbList(Answer):
    """Hold the air waybills of an order.

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-all-awbs
    """

    BARE: ClassVar[str | None] = "awb_mappings"
    """The JSON may be this field's list alone: what ``awbs.create`` answers is not documented."""

    order_id: str | None = None
    """The order."""
    invoice_id: str | None = None
    """Its invoice."""
    invoice_number: str | None = None
    """The invoice's number."""
    total: int | None = None
    """How many there are, as the gateway counts; trust ``awb_mappings``."""
    awb_mappings: tuple[Awb, ...] = ()
    """The air waybills."""


def _are_listed(listed: AwbList, meant: NewAwbs) -> bool:
    """Tell whether every number is there: each can be handed in once."""
    numbers = {awb.awb_number for awb in meant.awbs}
    return bool(numbers) and numbers <= {awb.awb_number for awb in listed.awb_mappings}


LIST: Final = Operation(
    name="awbs.list",
    method="GET",
    path="/api/pay/v1/orders/{order_id}/awb",
    repeat=Repeat.READ,
    answer=AwbList,
    envelope=None,
)
GET: Final = Operation(
    name="awbs.get",
    method="GET",
    path="/api/pay/v1/orders/{order_id}/awb/{awb_id}",
    repeat=Repeat.READ,
    answer=Awb,
    envelope=None,
)
CREATE: Final = Operation(
    name="awbs.create",
    method="POST",
    path="/api/pay/v1/orders/{order_id}/awb",
    repeat=Repeat.NEVER,
    body=NewAwbs,
    answer=AwbList,
    envelope=None,
    lookup=shows(by_id(LIST, "order_id"), _are_listed),
    intent=("awbs.awb_number",),
)
UPLOAD: Final = Operation(
    name="awbs.upload",
    method="PUT",
    path="/api/pay/v1/orders/{order_id}/awb/{awb_id}/upload",
    repeat=Repeat.NEVER,
    body=Document,
    write=as_multipart,
    answer=Awb,
    envelope=None,
    lookup=reaches(by_id(GET, "awb_id"), {AwbStatus.AWB_UPLOADED}),
)


class Awbs(Resource):
    """Hand in the air waybills of import orders."""

    async def create(self, order_id: str, awbs: NewAwbs) -> AwbList:
        """Hand in the details of an order's air waybills. No money moves.

        It is sent once. If the answer is lost, ``awbs.list`` tells which arrived.

        Args:
            order_id: A paid import order of goods, status ``PROCESSED``.
            awbs: One to five air waybills.

        Returns:
            The air waybills with their ids; what the gateway answers here is not documented, ``raw`` holds
            all of it.

        Raises:
            InvalidRequestError: a field is missing, a number was used before, or the order is not paid;
                ``code`` says which.
            NotFoundError: there is no such order.
            OutcomeUnknownError: they may have arrived; list them.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/create-awb
        """
        return await self._send(CREATE, order_id, body=awbs)

    async def list(self, order_id: str) -> AwbList:
        """Read all air waybills of an order; they come in one answer. No money moves.

        Args:
            order_id: The order that they belong to.

        Returns:
            The air waybills; none where none were handed in.

        Raises:
            InvalidRequestError: there is no such order.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-all-awbs
        """
        return await self._send(LIST, order_id)

    async def get(self, order_id: str, awb_id: str) -> Awb:
        """Read one air waybill. No money moves.

        Args:
            order_id: The order that it belongs to.
            awb_id: The gateway's id of the air waybill.

        Returns:
            The air waybill and its status.

        Raises:
            NotFoundError: there is no such air waybill.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/get-awb-by-id
        """
        return await self._send(GET, order_id, awb_id)

    async def upload(self, order_id: str, awb_id: str, file: Document) -> Awb:
        """Hand in the file of an air waybill. No money moves; settlement waits for it.

        Each air waybill takes one file, once, and it is sent once. If the answer is lost, ``awbs.get`` tells
        by its status whether the file arrived.

        Args:
            order_id: The order that it belongs to.
            awb_id: The air waybill, as ``create`` or ``list`` gave it.
            file: PDF, JPEG or PNG, at most 5 MiB: ``Document.read("awb.pdf")``.

        Returns:
            The air waybill, ``AWB_UPLOADED``.

        Raises:
            NotFoundError: there is no such air waybill.
            ConflictError: a file was handed in before.
            DuplicateRequestError: the same, where the gateway says so in its code.
            InvalidRequestError: the file is of another type or too large; ``code`` says which.
            OutcomeUnknownError: it may have arrived; read the air waybill.

        Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/upload-awb-file
        """
        return await self._send(UPLOAD, order_id, awb_id, body=file)
