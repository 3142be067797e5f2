"""Payouts as the gateway answers them, and the account that they are made from."""

from collections.abc import Mapping
from typing import ClassVar

from pinelabs_async.api.common import Private, Timestamp
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.names import CamelCase
from pinelabs_async.wire.shape import Answer, shape


class PayoutMode(OpenEnum):
    """Say how the money travels."""

    UPI = "UPI"
    IMPS = "IMPS"
    NEFT = "NEFT"
    RTGS = "RTGS"


class PayoutStatus(OpenEnum):
    """Say how far a payout has come.

    Source: https://www.pinelabs.com/docs/online-payments/api/payouts/payouts-object
    """

    SCHEDULED = "SCHEDULED"
    """Accepted; it can still be rescheduled or cancelled."""
    PENDING = "PENDING"
    """The funding account is short of money."""
    PROCESSING = "PROCESSING"
    """With the bank."""
    PROCESSED = "PROCESSED"
    """The bank is done; the confirmation is open."""
    SUCCESS = "SUCCESS"
    """The money has arrived."""
    FAILED = "FAILED"
    """The money did not go."""
    CANCELLED = "CANCELLED"
    """Cancelled before it went."""


@shape
class PayoutLink(Answer):
    """Hold a link of the gateway's. Do not follow it: published ones lead to hosts inside the gateway."""

    rel: str | None = None
    """What it is."""
    href: str | None = None
    """Where it leads."""


@shape
class Payout(CamelCase, Answer):
    """Hold a payout.

    Source: https://www.pinelabs.com/docs/online-payments/api/payouts/payouts-object
    """

    IRREGULAR: ClassVar[Mapping[str, str]] = {"links": "_links"}

    client_reference_id: str | None = None
    """Your own reference."""
    request_reference_id: str | None = None
    """The gateway's id of the request; a bulk request has several payouts."""
    payment_reference_id: str
    """The gateway's id of the payout."""
    bank_transaction_reference_id: str | None = None
    """The bank's id (UTR); in listings."""
    payee_name: Private | None = None
    """Who receives."""
    account_number: Private | None = None
    """Where to, masked."""
    branch_code: str | None = None
    """The IFSC code of the branch."""
    vpa: Private | None = None
    """The payee's UPI address."""
    email: Private | None = None
    """The payee's e-mail address."""
    phone: Private | None = None
    """The payee's telephone number."""
    amount: Money | None = None
    """How much, in paisa."""
    fees: Money | None = None
    """What it costs you, in paisa; in listings."""
    tax: Money | None = None
    """Tax on the fees, in paisa; in listings."""
    mode: PayoutMode | None = None
    """How it travels."""
    status: PayoutStatus
    """How far it has come; the money has arrived on ``SUCCESS``."""
    message: str | None = None
    """The status in words."""
    remarks: str | None = None
    """Your note."""
    scheduled_at: Timestamp | None = None
    """When it goes."""
    created_at: Timestamp | None = None
    """When it was made; in listings."""
    updated_at: Timestamp | None = None
    """When it changed last; in listings."""
    links: tuple[PayoutLink, ...] = ()
    """Links of the gateway's; do not follow them."""


@shape
class PayoutBatch(CamelCase, Answer):
    """Hold what became of a file with many payouts: it is carried out later.

    Source: https://www.pinelabs.com/docs/online-payments/api/payouts/create-bulk-payout
    """

    IRREGULAR: ClassVar[Mapping[str, str]] = {"links": "_links"}

    request_reference_id: str
    """The gateway's id of the request: ``payouts.list(request_reference_id=...)`` lists its payouts."""
    status: PayoutStatus | None = None
    """How far it has come."""
    message: str | None = None
    """The status in words."""
    links: tuple[PayoutLink, ...] = ()
    """Links of the gateway's; do not follow them."""


@shape
class PayoutPage(CamelCase, Answer):
    """Hold one page of payouts."""

    IRREGULAR: ClassVar[Mapping[str, str]] = {"links": "_links"}

    payments: tuple[Payout, ...] = ()
    """The payouts."""
    total_records: int | None = None
    """How many there are."""
    next_page: int | None = None
    """The number of the next page."""
    total_pages: int | None = None
    """How many pages there are."""
    links: tuple[PayoutLink, ...] = ()
    """Links of the gateway's; do not follow them."""


@shape
class FundingAccount(CamelCase, Answer):
    """Hold the account that payouts are made from."""

    account_number: Private | None = None
    """Its number."""
    branch_code: str | None = None
    """The IFSC code of its branch."""
    balance: Money | None = None
    """What is in it, in paisa."""
