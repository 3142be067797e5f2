"""The subscription as the gateway answers it: one shape for every call that answers one."""

from collections.abc import Mapping
from typing import Final

from pinelabs_async.api.common import IntegrationMode, PaymentMethod, Private, Timestamp
from pinelabs_async.api.plan_object import Plan
from pinelabs_async.money import Money
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.shape import Answer, Body, shape


class SubscriptionStatus(OpenEnum):
    """Say how far a subscription has come, and so whether it can be debited.

    The vendor's lists disagree; the longer names stand in its guide only.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/create-subscription
    """

    CREATED = "CREATED"
    """Accepted; the customer has not approved the mandate."""
    REGISTERED = "REGISTERED"
    """The mandate is registered."""
    TRIAL = "TRIAL"
    """The mandate is approved; debits begin after the trial."""
    ACTIVE = "ACTIVE"
    """The mandate is approved: debits are possible."""
    INACTIVE = "INACTIVE"
    """The bank did not make the mandate."""
    UPDATING = "UPDATING"
    """A change waits for the customer's consent."""
    DEBIT_FAILED = "DEBIT_FAILED"
    """A debit failed; retries are left."""
    HALTED = "HALTED"
    """The retries are used up; a debit with a new date may bring it back to ``ACTIVE``."""
    PAUSED = "PAUSED"
    """No debits until it is resumed."""
    PAUSED_BY_CUSTOMER = "PAUSED_BY_CUSTOMER"
    """The customer paused it in the UPI app."""
    RESUMING = "RESUMING"
    """A resumption is under way."""
    RESUMED = "RESUMED"
    """Resumed: debits are possible again."""
    RESUMED_BY_CUSTOMER = "RESUMED_BY_CUSTOMER"
    """The customer resumed it in the UPI app."""
    REVOKE_INITIATED = "REVOKE_INITIATED"
    """A cancellation waits for the bank."""
    CANCELLING = "CANCELLING"
    """A cancellation waits for the bank."""
    CANCELLED = "CANCELLED"
    """Cancelled for good."""
    CANCELLED_BY_MERCHANT = "CANCELLED_BY_MERCHANT"
    """Cancelled for good by you."""
    CANCELLED_BY_CUSTOMER = "CANCELLED_BY_CUSTOMER"
    """Cancelled for good in the UPI app."""
    CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION = "CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION"
    """The customer did not approve the mandate."""
    CANCELLED_BY_CUSTOMER_DURING_PRE_DEBIT_NOTIFICATION = (
        "CANCELLED_BY_CUSTOMER_DURING_PRE_DEBIT_NOTIFICATION"
    )
    """The customer cancelled it on being told of a debit."""
    COMPLETED = "COMPLETED"
    """It reached its end."""
    EXPIRED = "EXPIRED"
    """Its end has passed, or the bank did not answer the registration within 4 hours."""
    ARCHIVED = "ARCHIVED"
    """Listed in the vendor's guide only."""


RESUMED: Final = frozenset(
    {
        SubscriptionStatus.RESUMING,
        SubscriptionStatus.RESUMED,
        SubscriptionStatus.RESUMED_BY_CUSTOMER,
        SubscriptionStatus.ACTIVE,
    }
)
"""Statuses of a subscription that is not paused any more."""

CANCELLED: Final = frozenset(
    {
        SubscriptionStatus.REVOKE_INITIATED,
        SubscriptionStatus.CANCELLING,
        SubscriptionStatus.CANCELLED,
        SubscriptionStatus.CANCELLED_BY_MERCHANT,
        SubscriptionStatus.CANCELLED_BY_CUSTOMER,
        SubscriptionStatus.CANCELLED_BY_CUSTOMER_DURING_MANDATE_CREATION,
        SubscriptionStatus.CANCELLED_BY_CUSTOMER_DURING_PRE_DEBIT_NOTIFICATION,
    }
)
"""Statuses of a subscription that is cancelled, or about to be."""


@shape
class PayerAccount(Body):
    """Hold the only bank account that may pay a subscription (third-party validation)."""

    account_number: Private | None = None
    """Account number, 1 to 50 characters."""
    name: Private | None = None
    """Name of its holder."""
    ifsc: str | None = None
    """IFSC code of the branch, 11 characters."""


@shape
class Subscription(Answer):
    """Hold a subscription: a customer's mandate to debit what a plan says.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/get-subscription-by-id
    """

    subscription_id: str
    """The gateway's id of the subscription, e.g. ``v1-sub-250612062122-aa-3HLXL5``."""
    order_id: str | None = None
    """The order that registers the mandate: with ``SEAMLESS``, call ``payments.create`` on it next."""
    merchant_subscription_reference: str | None = None
    """Your reference of the subscription."""
    status: SubscriptionStatus
    """How far it has come: debits are possible while it is ``ACTIVE``."""
    enable_notification: bool | None = None
    """Whether webhooks tell of it."""
    plan_details: Plan | None = None
    """The plan."""
    quantity: int | None = None
    """How many times the plan's amount."""
    start_date: Timestamp | None = None
    """When it begins."""
    end_date: Timestamp | None = None
    """When it ends."""
    customer_id: str | None = None
    """The gateway's id of the customer who pays."""
    payment_mode: PaymentMethod | None = None
    """How it is paid, once that is known."""
    allowed_payment_methods: tuple[PaymentMethod, ...] = ()
    """How it may be paid; only UPI today."""
    integration_mode: IntegrationMode | None = None
    """Who shows the page where the customer approves."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    is_tpv_enabled: bool | None = None
    """Whether only ``bank_account`` may pay."""
    bank_account: PayerAccount | None = None
    """The only account that may pay."""
    order_amount: Money | None = None
    """What the order asks the customer to approve, in paisa: the amount for ``payments.create``."""
    callback_url: str | None = None
    """Where the customer comes back to; answers of ``create`` only."""
    failure_callback_url: str | None = None
    """Where the customer comes back to after a failure; answers of ``create`` only."""
    redirect_url: str | None = None
    """With ``REDIRECT``, the page to send the customer to next; answers of ``create`` only."""
    created_at: Timestamp | None = None
    """When it was made."""
    modified_at: Timestamp | None = None
    """When it changed last."""
