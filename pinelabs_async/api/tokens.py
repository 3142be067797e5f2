"""Card tokens: saved cards without the card number. Make, read and delete them, and make cryptograms."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from pinelabs_async.api.common import PaymentMethod, Private, Reference, Timestamp, new_reference
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.look_up import by_id, reaches
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, adopt, shape


class CardTokenStatus(OpenEnum):
    """Say whether a saved card can be used.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/tokens-object
    """

    INITIATED = "INITIATED"
    """The token providers are making it."""
    ACTIVE = "ACTIVE"
    """It can be used."""
    SUSPENDED = "SUSPENDED"
    """Active with no provider, or suspended by the card network."""
    FAILED = "FAILED"
    """No provider could make it."""
    DEACTIVATED = "DEACTIVATED"
    """Neither active nor suspended anywhere, or switched off by the card network."""
    DELETED = "DELETED"
    """Deleted; in answers to a deletion only."""


@shape
class EncryptedCard(Body):
    """Hold a card, encrypted. How to encrypt it is not documented: ask Pine Labs."""

    encrypted_card_details: Private | None = None
    """The encrypted card, as one text."""


@shape
class Approval(Body):
    """Hold the bank's references of the payment in which the customer agreed to save the card."""

    approval_code: str | None = None
    """Authorisation code."""
    acquirer_reference: str | None = None
    """The acquirer's id."""
    rrn: str | None = None
    """Retrieval reference number."""
    auth_reference: str | None = None
    """Reference of the authentication; RuPay needs it."""


@shape
class ApprovedPayment(Body):
    """Hold the payment in which the customer agreed to save the card."""

    acquirer_data: Approval | None = None
    """The bank's references."""


@shape
class NewCardToken(Body):
    """Hold a card to be saved.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/generate-card-token
    """

    merchant_token_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each token; a random UUID when left out."""
    customer_id: str
    """The gateway's id of the customer whose card it is."""
    payment_method: PaymentMethod | str = PaymentMethod.CARD
    """``CARD`` is the only documented value."""
    payment_option: EncryptedCard | None = None
    """The card."""
    payment: ApprovedPayment | None = None
    """The payment in which the customer agreed."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are."""


@shape
class NewCryptogram(Body):
    """Hold for which token to make a cryptogram.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/generate-cryptogram
    """

    merchant_unique_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each cryptogram; a random UUID when left out."""
    service_provider_token_id: Private
    """The provider's id of the token, from ``tokens.get``."""


@shape
class SavedCard(Answer):
    """Hold what may be known of a saved card."""

    last4_digit: str | None = None
    """The last four digits."""
    card_type: str | None = None
    """``CREDIT`` or ``DEBIT``."""
    network_name: str | None = None
    """``VISA`` ..."""
    issuer_name: str | None = None
    """The bank."""
    card_category: str | None = None
    """``CONSUMER``, ``COMMERCIAL`` ..., in any case, or empty."""
    country_code: str | None = None
    """Three letters."""
    international: bool | None = None
    """Whether it can pay abroad."""
    emi: bool | None = None
    """Whether it can pay in instalments."""
    cvv_required: bool | None = None
    """Whether the payer has to enter the CVV."""


@shape
class CardToken(Answer):
    """Hold a token of a card.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/tokens-object
    """

    token_id: str
    """The gateway's id of the token, e.g. ``token-v1-0811030624-aa-RBDgpR``."""
    status: CardTokenStatus
    """Whether it can be used."""
    customer_id: str | None = None
    """The gateway's id of the customer whose card it is."""
    merchant_token_reference: str | None = None
    """Your reference of the token."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""


@shape
class ProviderToken(Answer):
    """Hold what the token provider, e.g. a card network, has for one token."""

    token_id: str | None = None
    """The gateway's id of the token."""
    service_provider_token_id: Private | None = None
    """The provider's id of it, for ``tokens.create_cryptogram``."""
    customer_id: str | None = None
    """The gateway's id of the customer whose card it is."""
    merchant_token_reference: str | None = None
    """Your reference of the token."""
    status: CardTokenStatus | None = None
    """Whether it can be used."""
    payment_method: PaymentMethod | None = None
    """``CARD``."""
    card_data: SavedCard | None = None
    """The card."""
    created_at: Timestamp | None = None
    """When it was made."""
    updated_at: Timestamp | None = None
    """When it changed last."""


@shape
class ProviderTokens(ProviderToken):
    """Hold what the token provider has for an id: of a token, that one; of a customer, all in ``tokens``.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/get-service-provider-token
    """

    tokens: tuple[ProviderToken, ...] = ()
    """Every token of the customer; empty when the id was a token's."""


@shape
class CryptogramData(Answer):
    """Hold what another gateway needs to take money with the token, once."""

    cryptogram: Private | None = None
    """The cryptogram."""
    token_reference: Private | None = None
    """The provider's reference of the token."""
    payment_account_reference: Private | None = None
    """The card account's reference, the same for all its tokens."""
    token_expiry_month: Private | None = None
    """Month in which the token expires, as a text."""
    token_expiry_year: Private | None = None
    """Year in which the token expires, as a text."""


@shape
class Cryptogram(Answer):
    """Hold a cryptogram of a token.

    Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/generate-cryptogram
    """

    token_id: str
    """The gateway's id of the token."""
    merchant_token_reference: str | None = None
    """Your reference of the token."""
    service_provider_token_id: Private | None = None
    """The provider's id of the token."""
    token_data: CryptogramData | None = None
    """The cryptogram and what belongs to it."""


@shape
class DeletedToken(Answer):
    """Hold what is left of a deleted token."""

    token_id: str
    """The gateway's id of the token."""
    status: CardTokenStatus
    """``DELETED``."""
    customer_id: str | None = None
    """The gateway's id of the customer; answers of ``customer_tokens.delete`` only."""
    merchant_unique_reference: str | None = None
    """Your reference of the deletion; answers of ``customer_tokens.delete`` only."""


async def find_token(look: Look, _ids: Sequence[str], body: NewCardToken) -> ProviderToken | Evidence:
    """Find a token by its reference among those of its customer; absence is never proved."""
    listed = await look(GET, body.customer_id)
    same = [
        token
        for token in listed.tokens
        if token.merchant_token_reference == body.merchant_token_reference
        and token.customer_id in (None, body.customer_id)
    ]
    return adopt(same[0], listed) if len(same) == 1 else Evidence.UNCLEAR


GET: Final = Operation(
    name="tokens.get",
    method="GET",
    path="/api/v1/tokens/{identifier}",
    repeat=Repeat.READ,
    answer=ProviderTokens,
    envelope=None,
)
CREATE: Final = Operation(
    name="tokens.create",
    method="POST",
    path="/api/v1/tokens",
    repeat=Repeat.NEVER,
    body=NewCardToken,
    answer=CardToken,
    envelope=None,
    reference=lambda token: token.merchant_token_reference,
    lookup=find_token,
    intent=("merchant_token_reference", "customer_id"),
)
CREATE_CRYPTOGRAM: Final = Operation(
    name="tokens.create_cryptogram",
    method="POST",
    path="/api/v1/tokens/{token_id}/token-transactional-data",
    repeat=Repeat.NEVER,
    body=NewCryptogram,
    answer=Cryptogram,
    envelope=None,
    reference=lambda cryptogram: cryptogram.merchant_unique_reference,
)
DELETE: Final = Operation(
    name="tokens.delete",
    method="POST",
    path="/api/v1/tokens/{token_id}/delete",
    repeat=Repeat.NEVER,
    answer=DeletedToken,
    envelope=None,
    lookup=reaches(by_id(GET, "token_id"), {CardTokenStatus.DELETED}, gone="TOKEN_NOT_FOUND"),
)


class Tokens(Resource):
    """Save cards as tokens, and use these elsewhere."""

    async def create(self, token: NewCardToken) -> CardToken:
        """Save a card as a token. No money moves.

        It is sent once. If the answer is lost, read the tokens of the customer with ``tokens.get``.

        Args:
            token: Whose card, and the card itself, encrypted.

        Returns:
            The token, ``ACTIVE`` once a provider has made it.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            OutcomeUnknownError: it may exist; read the tokens of the customer.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/generate-card-token
        """
        return await self._send(CREATE, body=token)

    async def get(self, identifier: str) -> ProviderTokens:
        """Read what the token provider has for a token, or for all tokens of a customer. No money moves.

        Args:
            identifier: The id of a token, or the id of a customer.

        Returns:
            For a token's id, the token itself; for a customer's id, every token in ``tokens``.

        Raises:
            NotFoundError: there is no such token or customer.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/get-service-provider-token
        """
        return await self._send(GET, identifier)

    async def create_cryptogram(self, token_id: str, cryptogram: NewCryptogram) -> Cryptogram:
        """Make a cryptogram, to pay with the token at another gateway. No money moves here.

        It is sent once. If the answer is lost, make another one.

        Args:
            token_id: The gateway's id of the token.
            cryptogram: Your reference, and the provider's id of the token.

        Returns:
            The cryptogram; nothing of it is shown in its ``repr``.

        Raises:
            NotFoundError: there is no such token.
            OutcomeUnknownError: one may have been made; nothing is lost by making another.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/generate-cryptogram
        """
        return await self._send(CREATE_CRYPTOGRAM, token_id, body=cryptogram)

    async def delete(self, token_id: str) -> DeletedToken:
        """Delete a token: the customer has to enter the card again. No money moves.

        It is sent once. If the answer is lost, read the token.

        Args:
            token_id: The gateway's id of the token.

        Returns:
            The id, and the status ``DELETED``.

        Raises:
            NotFoundError: there is no such token.
            OutcomeUnknownError: it may be deleted; read the token.

        Source: https://www.pinelabs.com/docs/online-payments/api/tokenization/delete-token-by-token-id
        """
        return await self._send(DELETE, token_id)
