"""Subscriptions: mandates to debit a customer. Create, read, list, change, pause, resume and cancel them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.api.common import IntegrationMode, PaymentMethod, Reference, Timestamp, new_reference
from pinelabs_async.api.plan_object import Frequency
from pinelabs_async.api.plans import AmountRange, Links, PageInfo
from pinelabs_async.api.subscription_object import (
    CANCELLED,
    RESUMED,
    PayerAccount,
    Subscription,
    SubscriptionStatus,
)
from pinelabs_async.errors import NotFoundError
from pinelabs_async.wire.look_up import by_id, reaches, shows
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat, absence
from pinelabs_async.wire.pages import Pages, by_links
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class NewSubscription(Body):
    """Hold a subscription to be made. Money moves only after the customer has approved the mandate.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/create-subscription
    """

    merchant_subscription_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each subscription; a random UUID when left out."""
    plan_id: str
    """The gateway's id of an active plan."""
    customer_id: str
    """The gateway's id of the customer who will pay; ``customers.create`` makes one."""
    start_date: Timestamp
    """When it begins."""
    end_date: Timestamp
    """When it ends; with frequency ``OT`` at most 60 days after its start."""
    integration_mode: IntegrationMode | str
    """``REDIRECT``: the gateway shows the page. ``SEAMLESS``: you call ``payments.create`` yourself."""
    enable_notification: bool | None = None
    """Whether webhooks tell of it."""
    allowed_payment_methods: Sequence[PaymentMethod | str] | None = None
    """How it may be paid; only UPI today."""
    quantity: int | None = None
    """How many times the plan's amount; more than 0."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are: at most 10 pairs of 256 characters."""
    is_tpv_enabled: bool | None = None
    """Whether only ``bank_account`` may pay (third-party validation)."""
    bank_account: PayerAccount | None = None
    """The only account that may pay; all three of its fields."""
    callback_url: str | None = None
    """Where the customer's browser is sent back to, with a signed form POST."""
    failure_callback_url: str | None = None
    """Where it is sent after a failure, if elsewhere."""


@shape
class SubscriptionChange(Body):
    """Hold what to change of a subscription; the customer has to consent.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/update-subscription
    """

    reason: str
    """Why, at most 500 characters."""
    new_plan_id: str | None = None
    """The gateway's id of another plan."""
    new_end_date: Timestamp | None = None
    """Another end."""


@shape
class SubscriptionPage(Answer):
    """Hold one page of subscriptions."""

    links: Links | None = None
    """Links to other pages."""
    page: PageInfo | None = None
    """Where in the listing it stands."""
    subscriptions: tuple[Subscription, ...] = ()
    """The subscriptions."""


async def find_subscription(
    look: Look, _ids: Sequence[str], body: NewSubscription
) -> Subscription | Evidence:
    """Find a subscription whose making may have been carried out: same reference, plan and customer."""
    try:
        found = await look(GET_BY_REFERENCE, body.merchant_subscription_reference)
    except NotFoundError as error:
        return absence(error, "SUBSCRIPTION_NOT_FOUND")
    same = (
        found.merchant_subscription_reference == body.merchant_subscription_reference
        and found.plan_details is not None
        and found.plan_details.plan_id == body.plan_id
        and found.customer_id == body.customer_id
    )
    return found if same else Evidence.UNCLEAR


def _is_changed(found: Subscription, change: SubscriptionChange) -> bool:
    """Tell whether the customer has consented to a change: while it is ``UPDATING`` nothing says what to."""
    plan_id = found.plan_details and found.plan_details.plan_id
    return (
        (change.new_plan_id, change.new_end_date) != (None, None)
        and change.new_plan_id in (None, plan_id)
        and change.new_end_date in (None, found.end_date)
    )


GET: Final = Operation(
    name="subscriptions.get",
    method="GET",
    path="/ps/api/v1/public/subscriptions/{subscription_id}",
    repeat=Repeat.READ,
    answer=Subscription,
    envelope=None,
)
GET_BY_REFERENCE: Final = Operation(
    name="subscriptions.get_by_reference",
    method="GET",
    path="/ps/api/v1/public/subscriptions/reference/{merchant_subscription_reference}",
    repeat=Repeat.READ,
    answer=Subscription,
    envelope=None,
)
LIST: Final = Operation(
    name="subscriptions.list",
    method="GET",
    path="/ps/api/v1/public/subscriptions",
    repeat=Repeat.READ,
    answer=SubscriptionPage,
    envelope=None,
)
_READ: Final = by_id(GET, "subscription_id")

CREATE: Final = Operation(
    name="subscriptions.create",
    method="POST",
    path="/ps/api/v1/public/subscriptions",
    repeat=Repeat.BY_REFERENCE,
    body=NewSubscription,
    answer=Subscription,
    envelope=None,
    reference=lambda subscription: subscription.merchant_subscription_reference,
    lookup=find_subscription,
    intent=("merchant_subscription_reference", "plan_id", "customer_id"),
    resend=True,
    lost=("redirect_url",),
)
UPDATE: Final = Operation(
    name="subscriptions.update",
    method="PATCH",
    path="/ps/api/v1/public/subscriptions/{subscription_id}",
    repeat=Repeat.NEVER,
    body=SubscriptionChange,
    answer=Subscription,
    envelope=None,
    lookup=shows(_READ, _is_changed),
    intent=("new_plan_id", "new_end_date"),
)
PAUSE: Final = Operation(
    name="subscriptions.pause",
    method="POST",
    path="/ps/api/v1/public/subscriptions/{subscription_id}/pause",
    repeat=Repeat.NEVER,
    answer=Subscription,
    envelope=None,
    may_be_empty=True,
    lookup=reaches(_READ, {SubscriptionStatus.PAUSED}),
)
RESUME: Final = Operation(
    name="subscriptions.resume",
    method="POST",
    path="/ps/api/v1/public/subscriptions/{subscription_id}/resume",
    repeat=Repeat.NEVER,
    answer=Subscription,
    envelope=None,
    may_be_empty=True,
    lookup=reaches(_READ, RESUMED),
)
CANCEL: Final = Operation(
    name="subscriptions.cancel",
    method="POST",
    path="/ps/api/v1/public/subscriptions/{subscription_id}/cancel",
    repeat=Repeat.NEVER,
    answer=Subscription,
    envelope=None,
    may_be_empty=True,
    lookup=reaches(_READ, CANCELLED, never={SubscriptionStatus.COMPLETED, SubscriptionStatus.EXPIRED}),
)


class Subscriptions(Resource):
    """Make subscriptions and manage them."""

    async def create(self, subscription: NewSubscription) -> Subscription:
        """Create a subscription. No money moves until the customer has approved the mandate.

        What comes next depends on the mode. ``REDIRECT``: send the customer to ``redirect_url``.
        ``SEAMLESS``: call ``payments.create`` on the ``order_id`` of the answer, with one ``UpiTender`` of
        its ``order_amount`` that has ``mandate_info``; then send the customer to the ``challenge_url`` of
        that answer, or, where the tender asks for a collection, let the UPI app ask them. When the plan
        takes nothing at approval, Pine Labs debits 2 rupees and gives them back by itself.

        If the answer is lost, the subscription is looked up by its reference, and sent again only when the
        gateway says that it does not exist. The ``redirect_url`` of one found so is gone, and ``problems``
        says it.

        Args:
            subscription: Who pays for which plan, and how they approve.

        Returns:
            The subscription, status ``CREATED``.

        Raises:
            NotFoundError: there is no such plan or customer.
            InvalidRequestError: a field is out of range; the message names it.
            DuplicateRequestError: the reference was used before; ``subscriptions.get_by_reference`` reads it.
            OutcomeUnknownError: it may exist; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/create-subscription
        """
        return await self._send(CREATE, body=subscription)

    async def get(self, subscription_id: str) -> Subscription:
        """Read a subscription by the gateway's id. No money moves.

        Args:
            subscription_id: E.g. ``v1-sub-250612062122-aa-3HLXL5``.

        Returns:
            The subscription with its plan.

        Raises:
            NotFoundError: there is no such subscription.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/get-subscription-by-id
        """
        return await self._send(GET, subscription_id)

    async def get_by_reference(self, merchant_subscription_reference: str) -> Subscription:
        """Read a subscription by your own reference. No money moves.

        Args:
            merchant_subscription_reference: The reference it was created with.

        Returns:
            The subscription with its plan.

        Raises:
            NotFoundError: no subscription has that reference.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/get-subscription-by-merchant-reference
        """
        return await self._send(GET_BY_REFERENCE, merchant_subscription_reference)

    def list(
        self,
        *,
        plan_id: str | None = None,
        status: SubscriptionStatus | str | None = None,
        amount: int | None = None,
        amount_range: AmountRange | str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        frequency: Frequency | str | None = None,
        sort: str | None = None,
        size: int | None = None,
        max_pages: int | None = None,
    ) -> Pages[Subscription]:
        """Go through subscriptions. No money moves.

        Args:
            plan_id: Only those of this plan.
            status: Only those with this status.
            amount: Paisa to compare with; see ``amount_range``.
            amount_range: How to compare it.
            start_date: Only those that start after it.
            end_date: Only those that end before it.
            frequency: Only those due so often.
            sort: Field and direction, e.g. ``id,asc``.
            size: Subscriptions a page; samples use 10.
            max_pages: Stop after so many pages; left out: all.

        Returns:
            The subscriptions, item by item or ``by_page()``; pages are read as you go.

        Raises:
            NoAnswerError: the gateway answered the same page twice.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/list-subscriptions
        """
        query = {
            "plan_id": plan_id,
            "status": status,
            "amount": amount,
            "amount_range": amount_range,
            "start_date": start_date,
            "end_date": end_date,
            "frequency": frequency,
            "sort": sort,
            "size": size,
        }
        return Pages(
            lambda query: self._send(LIST, query=query),
            lambda page: page.subscriptions,
            by_links,
            query,
            max_pages,
        )

    async def update(self, subscription_id: str, change: SubscriptionChange) -> Subscription:
        """Move a subscription to another plan or end. No money moves; the customer has to consent.

        It is sent once. If the answer is lost, read the subscription.

        Args:
            subscription_id: The gateway's id of the subscription.
            change: What changes, and why.

        Returns:
            The subscription, ``UPDATING`` until the customer has consented.

        Raises:
            NotFoundError: there is no such subscription.
            OutcomeUnknownError: the change may be under way; read the subscription.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/update-subscription
        """
        return await self._send(UPDATE, subscription_id, body=change)

    async def pause(self, subscription_id: str) -> Subscription:
        """Pause a subscription: no debits until it is resumed. No money moves.

        It is sent once. If the answer is lost, read the subscription.

        Args:
            subscription_id: A subscription that is active, inactive, in trial or resumed.

        Returns:
            The subscription.

        Raises:
            ConflictError: its status does not allow it.
            OutcomeUnknownError: it may be paused; read the subscription.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/pause-subscription
        """
        return await self._send(PAUSE, subscription_id)

    async def resume(self, subscription_id: str) -> Subscription:
        """Resume a paused or halted subscription: debits are possible again. No money moves by itself.

        It is sent once. If the answer is lost, read the subscription.

        Args:
            subscription_id: A subscription that is paused or halted.

        Returns:
            The subscription, ``RESUMING`` or ``RESUMED``.

        Raises:
            ConflictError: its status does not allow it.
            OutcomeUnknownError: it may be resumed; read the subscription.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/resume-subscription
        """
        return await self._send(RESUME, subscription_id)

    async def cancel(self, subscription_id: str) -> Subscription:
        """Cancel a subscription for good: no more debits. Money received already stays with you.

        It is sent once. If the answer is lost, read the subscription.

        Args:
            subscription_id: The gateway's id of the subscription.

        Returns:
            The subscription, ``CANCELLED`` once the bank has confirmed.

        Raises:
            ConflictError: its status does not allow it.
            OutcomeUnknownError: it may be cancelled; read the subscription.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-subscriptions/cancel-subscription
        """
        return await self._send(CANCEL, subscription_id)
