"""What only webhooks carry: subscriptions as events tell of them, and transactions of the older gateway."""

from collections.abc import Mapping

from pinelabs_async.api.common import Digits, IntegrationMode, PaymentMethod, Private, Timestamp
from pinelabs_async.api.pay_by_links import PayByLinkTxnStatus
from pinelabs_async.api.subscription_object import PayerAccount, SubscriptionStatus
from pinelabs_async.money import Money
from pinelabs_async.wire.shape import Answer, shape


@shape
class ToldPlan(Answer):
    """Hold the plan of a subscription, as events tell of it.

    Source: https://www.pinelabs.com/docs/online-payments/developer-tools/webhooks/available-events
    """

    plan_id: str
    """The gateway's id of the plan."""
    plan_name: str | None = None
    """Its name."""
    plan_description: str | None = None
    """What it is."""
    frequency: str | None = None
    """How often the customer is debited, e.g. ``Month``: not the codes that ``plans.create`` takes."""
    frequency_count: int | None = None
    """How many of those make one period."""
    amount: Money | None = None
    """What each debit takes, in paisa."""
    max_limit_amount: Money | None = None
    """The most that one debit may take, in paisa."""
    trial_period_in_days: int | None = None
    """Days before the first debit."""
    start_date: Timestamp | None = None
    """When it begins."""
    end_date: Timestamp | None = None
    """When it ends."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    merchant_order_reference: str | None = None
    """Your own reference."""
    created_at: Timestamp | None = None
    """When it was made."""
    modified_at: Timestamp | None = None
    """When it changed last."""


@shape
class ToldSubscription(Answer):
    """Hold a subscription, as events tell of it. What was charged is not in it: read its presentations.

    Source: https://www.pinelabs.com/docs/online-payments/developer-tools/webhooks/available-events
    """

    subscription_id: str
    """The gateway's id of the subscription."""
    merchant_order_reference: str | None = None
    """Your own reference."""
    merchant_subscription_reference: str | None = None
    """Your reference of the subscription."""
    status: SubscriptionStatus
    """Its status; go by the event's name, which samples contradict."""
    enable_notification: bool | None = None
    """Whether webhooks tell of it."""
    plan_details: ToldPlan | None = None
    """The plan."""
    quantity: int | None = None
    """How many times the plan's amount."""
    start_date: Timestamp | None = None
    """When it begins."""
    end_date: Timestamp | None = None
    """When it ends."""
    customer_id: str | None = None
    """The gateway's id of the customer who pays."""
    payment_mode: tuple[PaymentMethod, ...] = ()
    """How it may be paid."""
    integration_mode: IntegrationMode | None = None
    """Who shows the page where the customer approves."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes."""
    bank_account: PayerAccount | None = None
    """The only account that may pay."""
    created_at: Timestamp | None = None
    """When it was made."""
    modified_at: Timestamp | None = None
    """When it changed last."""


@shape
class LegacyTransaction(Answer):
    """Hold a transaction of the older gateway: all texts, amounts in paisa, times without a zone.

    Source: https://developer.pluralonline.com/v2.0/docs/developer-tools-webhook
    """

    pine_pg_transaction_id: str
    """The gateway's id of the transaction."""
    unique_merchant_txn_id: str | None = None
    """Your own reference."""
    merchant_id: str | None = None
    """Your id."""
    merchant_access_code: Private | None = None
    """Your access code: a secret that the gateway sends back."""
    pine_pg_txn_status: PayByLinkTxnStatus | None = None
    """Its status: paid is ``CAPTURED`` together with ``txn_response_code`` 1."""
    txn_response_code: str | None = None
    """1 for success."""
    txn_response_msg: str | None = None
    """The same in words."""
    txn_completion_date_time: str | None = None
    """When, as ``dd/mm/yyyy hh:mm:ss AM``, without a zone."""
    amount_in_paisa: Digits | None = None
    """How much, in paisa."""
    captured_amount_in_paisa: Digits | None = None
    """How much was taken, in paisa."""
    refund_amount_in_paisa: Digits | None = None
    """How much went back, in paisa."""
    payment_mode: str | None = None
    """How it was paid, in words."""
    acquirer_name: str | None = None
    """Who processed it."""
    rrn: str | None = None
    """The bank's reference number."""
    auth_code: str | None = None
    """The bank's authorisation code."""
    masked_card_number: Private | None = None
    """The card, masked."""
    card_holder_name: Private | None = None
    """Who holds the card."""
    salted_card_hash: Private | None = None
    """A fingerprint of the card."""
    mobile_no: Private | None = None
    """The payer's mobile number."""
    issuer_name: str | None = None
    """The card's bank."""
    parent_txn_status: str | None = None
    """The status of the payment that a refund belongs to."""
    parent_txn_response_code: str | None = None
    """Its response code."""
    parent_txn_response_message: str | None = None
    """The same in words."""
    product_code: str | None = None
    """Your code of the product."""
    product_category: str | None = None
    """What kind of product it is."""
    product_discount: Digits | None = None
    """What was taken off, in paisa."""
    manufacturer: str | None = None
    """Who makes it."""
    is_brand_emi_txn: str | None = None
    """``1`` for brand EMI."""
    emi_tenure_month: Digits | None = None
    """Months of the EMI."""
    emi_interest_rate_percent: str | None = None
    """Its yearly interest, in percent, as text."""
    emi_principal_amount_in_paisa: Digits | None = None
    """What is paid in instalments, in paisa."""
    emi_amount_payable_each_month_in_paisa: Digits | None = None
    """An instalment, in paisa."""
    emi_cashback_type: str | None = None
    """How a cashback is paid."""
    udf_field_1: str | None = None
    """Your own field."""
    udf_field_2: str | None = None
    """Your own field."""
    udf_field_3: str | None = None
    """Your own field."""
    udf_field_4: str | None = None
    """Your own field."""
