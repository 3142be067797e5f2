"""Presentations: the single debits of a subscription, and the notices that the customer gets before them.

Frequencies ``AS`` and ``OT`` are driven by you, while the subscription is active or halted. Either you
``create`` a presentation, and Pine Labs tells the customer at least 24 hours before it debits; or you
``notify``, wait until the notice is delivered, and ``execute``.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar, cast

import attrs

from pinelabs_async.api.common import Amount, Flag, Reference, TextFlag, Timestamp
from pinelabs_async.api.plans import Links, PageInfo
from pinelabs_async.api.presentation_object import TAKEN, UNDER_WAY, Presentation, PresentationStatus
from pinelabs_async.wire.look_up import by_id, equal, reaches, shows
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat
from pinelabs_async.wire.pages import Pages, by_links
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


@shape
class MandateDebit(Body):
    """Be a debit under a mandate. Use the class that the call names.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-presentation
    """

    merchant_presentation_reference: Reference
    """Your own reference, unique for each debit. Use the same one when you repeat the same debit."""
    amount: Amount
    """What is taken, in paisa: at least 100, at most what the mandate allows."""
    subscription_id: str | None = None
    """The same id as in the call; filled in when left out."""


@shape
class NewPresentation(MandateDebit):
    """Hold a debit to be made: Pine Labs tells the customer first, and then takes the money.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-presentation
    """

    due_date: Timestamp | None = None
    """When to debit; leave room for the 24 hours between notice and debit."""


@shape
class DebitNotice(Body):
    """Hold the notice that a customer must get before ``presentations.execute``.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/send-subscription-notification
    """

    subscription_id: str
    """The gateway's id of the subscription."""
    merchant_presentation_reference: Reference
    """Your own reference, unique for each debit; ``presentations.execute`` takes it."""
    amount: Amount
    """What will be taken, in paisa."""
    due_date: Timestamp
    """When."""
    is_merchant_retry: Flag | None = None
    """Whether you will drive retries of a failed debit."""


@shape
class KnownDebit(Body):
    """Name a debit by its id, by your reference, or by both."""

    presentation_id: str | None = None
    """The gateway's id of the presentation."""
    merchant_presentation_reference: Reference | None = None
    """Your reference of the presentation."""

    def __attrs_post_init__(self) -> None:
        if self.presentation_id is None and self.merchant_presentation_reference is None:
            raise ValueError(
                f"{type(self).__name__} needs presentation_id or merchant_presentation_reference."
            )


@shape
class NewDebit(KnownDebit):
    """Hold which announced debit to take now.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-debit
    """

    is_merchant_retry: TextFlag | None = None
    """Whether you drive retries; only then ``presentations.retry`` works. True goes out as ``"true"``."""


@shape
class DebitRetry(KnownDebit):
    """Hold which failed debit to try again.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-merchant-retry
    """


@shape
class PresentationPage(Answer):
    """Hold one page of presentations."""

    links: Links | None = None
    """Links to other pages."""
    page: PageInfo | None = None
    """Where in the listing it stands."""
    presentations: tuple[Presentation, ...] = ()
    """The presentations."""


D = TypeVar("D", bound=MandateDebit)


def say_who_pays(subscription_id: str, debit: D) -> D:
    """Name the subscription in the body as well as in the path, as the vendor's samples do.

    Raises:
        ValueError: the body names another one.
    """
    if not isinstance(debit, MandateDebit):
        return debit  # the call says what it takes
    if debit.subscription_id not in (None, subscription_id):
        raise ValueError(f"the debit names subscription {debit.subscription_id}, the call {subscription_id}.")
    return cast("D", attrs.evolve(cast("Any", debit), subscription_id=subscription_id))


async def find_presentation(look: Look, ids: Sequence[str], body: MandateDebit) -> Presentation | Evidence:
    """Find a debit that may have been made; absence is never proved, so that nobody is debited twice."""
    found = await look(GET_BY_REFERENCE, body.merchant_presentation_reference)
    same = (
        found.merchant_presentation_reference == body.merchant_presentation_reference
        and found.subscription_id == ids[0]
        and found.amount == body.amount
    )
    return found if same else Evidence.UNCLEAR


async def _read(look: Look, _ids: Sequence[str], body: KnownDebit | DebitNotice) -> Presentation | None:
    """Read the debit that a body names by its reference, by its id, or by both."""
    reference, own_id = body.merchant_presentation_reference, getattr(body, "presentation_id", None)
    found = await (look(GET_BY_REFERENCE, reference) if reference else look(GET, own_id or ""))
    is_meant = reference in (None, found.merchant_presentation_reference) and own_id in (
        None,
        found.presentation_id,
    )
    return found if is_meant else None


_is_under_way: Final = reaches(_read, UNDER_WAY | TAKEN, never={PresentationStatus.CANCELLED})

GET: Final = Operation(
    name="presentations.get",
    method="GET",
    path="/ps/api/v1/public/presentations/{presentation_id}",
    repeat=Repeat.READ,
    answer=Presentation,
    envelope=None,
)
GET_BY_REFERENCE: Final = Operation(
    name="presentations.get_by_reference",
    method="GET",
    path="/ps/api/v1/public/presentations/reference/{merchant_presentation_reference}",
    repeat=Repeat.READ,
    answer=Presentation,
    envelope=None,
)
LIST: Final = Operation(
    name="presentations.list",
    method="GET",
    path="/ps/api/v1/public/subscriptions/{subscription_id}/presentations",
    repeat=Repeat.READ,
    answer=PresentationPage,
    envelope=None,
)
CREATE: Final = Operation(
    name="presentations.create",
    method="POST",
    path="/ps/api/v1/public/subscriptions/{subscription_id}/presentations",
    repeat=Repeat.BY_REFERENCE,
    body=NewPresentation,
    answer=Presentation,
    envelope=None,
    reference=lambda presentation: presentation.merchant_presentation_reference,
    lookup=find_presentation,
    intent=("merchant_presentation_reference", "amount"),
)
NOTIFY: Final = Operation(
    name="presentations.notify",
    method="POST",
    path="/ps/api/v1/public/subscriptions/notify",
    repeat=Repeat.NEVER,
    body=DebitNotice,
    answer=Presentation,
    envelope=None,
    reference=lambda notice: notice.merchant_presentation_reference,
    lookup=shows(_read, equal("subscription_id", "amount")),
    intent=("merchant_presentation_reference", "subscription_id", "amount"),
)
EXECUTE: Final = Operation(
    name="presentations.execute",
    method="POST",
    path="/ps/api/v1/public/subscriptions/execute",
    repeat=Repeat.NEVER,
    body=NewDebit,
    answer=Presentation,
    envelope=None,
    reference=lambda debit: debit.merchant_presentation_reference,
    lookup=_is_under_way,
    intent=("presentation_id", "merchant_presentation_reference"),
)
RETRY: Final = Operation(
    name="presentations.retry",
    method="POST",
    path="/ps/api/v1/mandate/merchant-retry",
    repeat=Repeat.NEVER,
    body=DebitRetry,
    answer=Presentation,
    envelope=None,
    reference=lambda retry: retry.merchant_presentation_reference,
    lookup=_is_under_way,
    intent=("presentation_id", "merchant_presentation_reference"),
)
DELETE: Final = Operation(
    name="presentations.delete",
    method="DELETE",
    path="/ps/api/v1/public/presentations/{presentation_id}",
    repeat=Repeat.NEVER,
    answer=Answer,
    envelope=None,
    may_be_empty=True,
    lookup=reaches(
        by_id(GET, "presentation_id"),
        {PresentationStatus.CANCELLED},
        never=TAKEN,
        gone="PRESENTATION_NOT_FOUND",
    ),
)


class Presentations(Resource):
    """Debit subscriptions and follow the debits."""

    async def create(self, subscription_id: str, presentation: NewPresentation) -> Presentation:
        """Order a debit: the customer is told, and their money moves to you on the due date.

        It is sent once. If the answer is lost, the presentation is looked up by its reference.

        Args:
            subscription_id: A subscription with frequency ``AS`` or ``OT`` that is active or halted.
            presentation: Your reference, the amount in paisa, and when.

        Returns:
            The presentation, status ``CREATED``; follow it by webhook or ``presentations.get``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            DuplicateRequestError: the reference was used before; no second debit was ordered.
            OutcomeUnknownError: the debit may be ordered; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-presentation
        """
        return await self._send(CREATE, subscription_id, body=say_who_pays(subscription_id, presentation))

    async def get(self, presentation_id: str) -> Presentation:
        """Read a presentation by the gateway's id. No money moves.

        Args:
            presentation_id: E.g. ``v1-bil-250612063111-aa-FJIBcB``.

        Returns:
            The presentation.

        Raises:
            NotFoundError: there is no such presentation.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/get-presentation-by-id
        """
        return await self._send(GET, presentation_id)

    async def get_by_reference(self, merchant_presentation_reference: str) -> Presentation:
        """Read a presentation by your own reference. No money moves.

        Args:
            merchant_presentation_reference: The reference it was created or announced with.

        Returns:
            The presentation.

        Raises:
            NotFoundError: no presentation has that reference.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/get-presentation-by-merchant-reference
        """
        return await self._send(GET_BY_REFERENCE, merchant_presentation_reference)

    def list(
        self,
        subscription_id: str,
        *,
        sort: str | None = None,
        size: int | None = None,
        max_pages: int | None = None,
    ) -> Pages[Presentation]:
        """Go through the debits of a subscription. No money moves.

        Args:
            subscription_id: The gateway's id of the subscription.
            sort: Field and direction, e.g. ``cycleId,desc``.
            size: Presentations a page; samples use 10.
            max_pages: Stop after so many pages; left out: all.

        Returns:
            The presentations, item by item or ``by_page()``; pages are read as you go.

        Raises:
            NoAnswerError: the gateway answered the same page twice.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/list-presentations-by-subscription
        """
        return Pages(
            lambda query: self._send(LIST, subscription_id, query=query),
            lambda page: page.presentations,
            by_links,
            {"sort": sort, "size": size},
            max_pages,
        )

    async def notify(self, notice: DebitNotice) -> Presentation:
        """Tell the customer of a debit to come. No money moves until ``presentations.execute``.

        It is sent once. If the answer is lost, look it up with ``presentations.get_by_reference``.

        Args:
            notice: Which subscription, the amount in paisa, and when.

        Returns:
            The presentation; wait until its notice is ``NOTIFIED``.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            OutcomeUnknownError: the notice may be on its way; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/send-subscription-notification
        """
        return await self._send(NOTIFY, body=notice)

    async def execute(self, debit: NewDebit) -> Presentation:
        """Take an announced debit now: the customer's money moves to you.

        It is sent once. If the answer is lost, read the presentation: its status shows what happened.

        Args:
            debit: The presentation's id, or the reference it was announced with.

        Returns:
            The presentation, ``CREATED`` or ``PENDING`` until the bank has answered.

        Raises:
            InvalidRequestError: it was not announced, or a field is out of range.
            OutcomeUnknownError: the money may be taken; read the presentation before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-debit
        """
        return await self._send(EXECUTE, body=debit)

    async def retry(self, retry: DebitRetry) -> Presentation:
        """Try a failed debit again, at most 3 times: the customer's money moves to you.

        It works where the debit said ``is_merchant_retry``. It is sent once. If the answer is lost, read
        the presentation: its status shows what happened.

        Args:
            retry: The presentation's id, or its reference.

        Returns:
            The presentation.

        Raises:
            ConflictError: it did not fail, or has no retries left.
            OutcomeUnknownError: the money may be taken; read the presentation before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/create-merchant-retry
        """
        return await self._send(RETRY, body=retry)

    async def delete(self, presentation_id: str) -> Answer:
        """Delete a debit that was not taken yet: no money moves any more.

        It is sent once. If the answer is lost, read the presentation.

        Args:
            presentation_id: The gateway's id of the presentation.

        Returns:
            Whatever came, in ``raw``: it is not documented.

        Raises:
            NotFoundError: there is no such presentation.
            OutcomeUnknownError: it may be deleted, or still be taken; read the presentation.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-presentations/delete-presentation
        """
        return await self._send(DELETE, presentation_id)
