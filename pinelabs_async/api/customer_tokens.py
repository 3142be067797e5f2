"""Customer tokens: the saved cards of one customer."""

from collections.abc import Mapping
from typing import Final

import attrs

from pinelabs_async.api.common import FailureReason, PaymentMethod, Reference, Timestamp, new_reference
from pinelabs_async.api.tokens import CardTokenStatus, DeletedToken, SavedCard
from pinelabs_async.wire.look_up import by_id, reaches
from pinelabs_async.wire.operation import Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class TokenDeletion(Body):
    """Hold your reference of a deletion.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/delete-customer-token
    """

    merchant_unique_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each deletion; a random UUID when left out."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""


@shape
class CustomerToken(Answer):
    """Hold one saved card of a customer.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/get-customer-token-by-token-id
    """

    token_id: str
    """The gateway's id of the token, e.g. ``token-v1-0811030624-aa-RBDgpR``."""
    status: CardTokenStatus
    """Whether it can be used."""
    status_reason: str | None = None
    """Why it has that status."""
    failure_reason: FailureReason | None = None
    """Why saving it failed; in webhooks only."""
    customer_id: str | None = None
    """The gateway's id of the customer."""
    merchant_payment_reference: str | None = None
    """Your reference of the payment in which it was saved; in webhooks only."""
    merchant_token_reference: str | None = None
    """Your reference of the token; empty when there is none."""
    payment_method: PaymentMethod | None = None
    """``CARD``, ``UPI`` or ``POINTS``."""
    card_data: SavedCard | None = None
    """The card."""
    is_compliant: bool | None = None
    """Whether it is kept by the rules of the Reserve Bank of India."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    expired_at: Timestamp | None = None
    """When it expires."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""


@shape
class CustomerTokenList(Answer):
    """Hold every saved card of a customer.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/get-customer-tokens-by-customer-id
    """

    customer_id: str
    """The gateway's id of the customer."""
    total_tokens: int | None = None
    """How many there are; some answers lack it."""
    tokens: tuple[CustomerToken, ...] = ()
    """The saved cards."""
    created_at: Timestamp | None = None
    """When the customer was stored."""
    updated_at: Timestamp | None = None
    """When the customer changed last."""


LIST: Final = Operation(
    name="customer_tokens.list",
    method="GET",
    path="/api/v1/customer/{customer_id}/tokens",
    repeat=Repeat.READ,
    answer=CustomerTokenList,
    envelope=None,
)
GET: Final = Operation(
    name="customer_tokens.get",
    method="GET",
    path="/api/v1/customer/{customer_id}/tokens/{token_id}",
    repeat=Repeat.READ,
    answer=CustomerToken,
    envelope=None,
)
DELETE: Final = Operation(
    name="customer_tokens.delete",
    method="POST",
    path="/api/v1/customer/{customer_id}/tokens/{token_id}/delete",
    repeat=Repeat.NEVER,
    body=TokenDeletion,
    answer=DeletedToken,
    envelope=None,
    reference=lambda deletion: deletion.merchant_unique_reference,
    lookup=reaches(by_id(GET, "token_id"), {CardTokenStatus.DELETED}, gone="TOKEN_NOT_FOUND"),
)


class CustomerTokens(Resource):
    """Read and delete the saved cards of a customer."""

    async def list(self, customer_id: str) -> CustomerTokenList:
        """Read every saved card of a customer; there is no paging. No money moves.

        Args:
            customer_id: The gateway's id of the customer.

        Returns:
            The saved cards, in ``tokens``.

        Raises:
            NotFoundError: there is no such customer.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/get-customer-tokens-by-customer-id
        """
        return await self._send(LIST, customer_id)

    async def get(self, customer_id: str, token_id: str) -> CustomerToken:
        """Read one saved card of a customer. No money moves.

        Args:
            customer_id: The gateway's id of the customer.
            token_id: The gateway's id of the token.

        Returns:
            The saved card.

        Raises:
            NotFoundError: the customer has no such token.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/get-customer-token-by-token-id
        """
        return await self._send(GET, customer_id, token_id)

    async def delete(self, customer_id: str, token_id: str, deletion: TokenDeletion) -> DeletedToken:
        """Delete a saved card: the customer has to enter it again. No money moves.

        It is sent once. If the answer is lost, read the token.

        Args:
            customer_id: The gateway's id of the customer.
            token_id: The gateway's id of the token.
            deletion: Your reference.

        Returns:
            The id, and the status ``DELETED``.

        Raises:
            NotFoundError: the customer has no such token.
            OutcomeUnknownError: it may be deleted; read the token.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/delete-customer-token
        """
        return await self._send(DELETE, customer_id, token_id, body=deletion)
