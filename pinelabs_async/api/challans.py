"""E-challans: pay an order by bank transfer to an account made for it."""

from collections.abc import Sequence
from datetime import date
from os import PathLike
from typing import Final

import attrs

from pinelabs_async.api import orders
from pinelabs_async.api.common import Private, Timestamp
from pinelabs_async.api.offers import ConvenienceFeeBreakdown
from pinelabs_async.wire.download import Download
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class NewChallan(Body):
    """Hold an e-challan to be made. No money moves until the payer transfers it.

    Source: https://www.pinelabs.com/docs/online-payments/api/e-challans/create-challan
    """

    convenience_fee_breakdown: ConvenienceFeeBreakdown = attrs.field(factory=ConvenienceFeeBreakdown)
    """The fee as ``convenience_fees.calculate`` gave it; left out: none."""


@shape
class Challan(Answer):
    """Hold an e-challan: the account that the payer transfers the money to.

    Source: https://www.pinelabs.com/docs/online-payments/api/e-challans/get-challan
    """

    challan_id: str
    """The gateway's id of the e-challan."""
    order_id: str | None = None
    """The order that it pays."""
    virtual_account_id: Private | None = None
    """Number of the account to transfer to."""
    account_name: str | None = None
    """Whose account it is."""
    account_ifsc: str | None = None
    """IFSC code of the account's branch."""
    account_bank_name: str | None = None
    """The account's bank."""
    account_bank_branch: str | None = None
    """The account's branch."""
    challan_pdf_url: str | None = None
    """Link to the PDF; samples have a host inside the gateway, which you cannot reach."""
    amount_due: int | None = None
    """What is to be transferred, in paisa, fee included."""
    expiry_date: date | None = None
    """The last day for it."""
    created_date: Timestamp | None = None
    """When it was made."""


async def find_challan(look: Look, ids: Sequence[str], body: NewChallan) -> Challan | Evidence:
    """Find the e-challan of an order: it asks for the order's amount and the fee that was given, or it is another."""
    found = await look(GET, ids[0])
    order = await look(orders.GET, ids[0])
    fee = body.convenience_fee_breakdown.applicable_fee_amount
    same = (
        found.order_id == order.order_id == ids[0]
        and order.order_amount is not None
        and found.amount_due == order.order_amount.value + (fee.value if fee else 0)
    )
    return found if same else Evidence.UNCLEAR


GET: Final = Operation(
    name="challans.get",
    method="GET",
    path="/api/pay/v1/order/{order_id}/challan",
    repeat=Repeat.READ,
    answer=Challan,
    envelope=None,
)
CREATE: Final = Operation(
    name="challans.create",
    method="POST",
    path="/api/pay/v1/order/{order_id}/challan",
    repeat=Repeat.NEVER,
    body=NewChallan,
    answer=Challan,
    envelope=None,
    lookup=find_challan,
    intent=("convenience_fee_breakdown",),
)
DOWNLOAD_PDF: Final = Operation(
    name="challans.download_pdf",
    method="GET",
    path="/api/pay/v1/order/{order_id}/challan/pdf",
    repeat=Repeat.READ,
    answer=bytes,
    envelope=None,
)


class Challans(Resource):
    """Pay orders by bank transfer."""

    async def create(self, order_id: str, challan: NewChallan) -> Challan:
        """Create an e-challan for an order. No money moves until the payer transfers it to the account named in it.

        It is sent once. If the answer is lost, ``challans.get`` tells whether it was made. The transfer is
        told by webhook, and by the order's status.

        Args:
            order_id: An order that is not paid yet.
            challan: The convenience fee in paisa, if there is one.

        Returns:
            The e-challan: hand its account and amount, in paisa, to the payer.

        Raises:
            InvalidRequestError: the order cannot be paid so.
            OutcomeUnknownError: it may have been made; read it.

        Source: https://www.pinelabs.com/docs/online-payments/api/e-challans/create-challan
        """
        return await self._send(CREATE, order_id, body=challan)

    async def get(self, order_id: str) -> Challan:
        """Read the e-challan of an order. No money moves.

        Args:
            order_id: The order that it pays.

        Returns:
            The e-challan.

        Raises:
            InvalidRequestError: there is no such order, or it has no e-challan.

        Source: https://www.pinelabs.com/docs/online-payments/api/e-challans/get-challan
        """
        return await self._send(GET, order_id)

    async def download_pdf(self, order_id: str, to: str | PathLike[str] | None = None) -> bytes:
        """Download the e-challan of an order as a PDF, to hand to the payer. No money moves.

        Args:
            order_id: The order that it pays.
            to: Where to write it. The file appears there, or replaces the one that was there, only when
                it is whole; left out: the PDF is returned. Its limit is 64 MiB.

        Returns:
            The PDF; nothing (``b""``) where it went to a file.

        Raises:
            InvalidRequestError: there is no such order, or it has no e-challan.
            NoAnswerError: what came, over all attempts, was no PDF, or not all of it.
            ConfigurationError: the file cannot be written.

        Source: https://www.pinelabs.com/docs/online-payments/api/e-challans/get-challan
        """
        file = Download(to, mark=b"%PDF-", kind="PDF")
        return await self._caller.download(DOWNLOAD_PDF, (order_id,), self._options, file)
