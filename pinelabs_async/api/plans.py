"""Plans: what a subscription costs and how often. Create, read, list, change and delete them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from pinelabs_async.api.common import Amount, Flag, Reference, Timestamp, new_reference
from pinelabs_async.api.plan_object import Frequency, Plan, PlanStatus
from pinelabs_async.errors import NotFoundError
from pinelabs_async.wire.enums import OpenEnum
from pinelabs_async.wire.look_up import by_id, equal, reaches, shows
from pinelabs_async.wire.operation import Evidence, Look, Operation, Repeat, absence
from pinelabs_async.wire.pages import Pages, by_links
from pinelabs_async.wire.resource import Resource
from pinelabs_async.wire.shape import Answer, Body, shape


class AmountRange(OpenEnum):
    """Say how a listing compares amounts with the one you give."""

    MORE = "isMore"
    LESS = "isLess"
    EQUAL = "isEqual"


@shape
class NewPlan(Body):
    """Hold a plan to be made. No money moves: a subscription has to be made of it, and approved.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/create-plan
    """

    merchant_plan_reference: Reference = attrs.field(factory=new_reference)
    """Your own reference, unique for each plan; a random UUID when left out."""
    plan_name: str
    """Its name, at most 100 characters."""
    plan_description: str | None = None
    """What it is, at most 500 characters."""
    frequency: Frequency | str
    """How often the amount is due."""
    amount: Amount
    """What is due each time, in paisa: 100 to 100,000,000."""
    max_limit_amount: Amount
    """The most that one debit under the mandate may be, in paisa."""
    initial_debit_amount: Amount | None = None
    """What is taken when the customer approves, in paisa; not for ``OT``."""
    trial_period_in_days: int | None = None
    """Days before the first debit; 0 or more, always days."""
    start_date: Timestamp | None = None
    """From when subscriptions can be made; left out: from now."""
    end_date: Timestamp
    """After this no subscription can be made."""
    merchant_metadata: Mapping[str, str] | None = None
    """Your own notes, returned as they are: at most 10 pairs of 256 characters."""
    auto_debit_ot: Flag | None = None
    """``OT`` only: whether Pine Labs drives the one debit."""


@shape
class PlanChange(Body):
    """Hold what to change of a plan; running subscriptions keep their terms.

    Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/update-plan
    """

    plan_name: str | None = None
    """New name, at most 100 characters."""
    plan_description: str | None = None
    """New description, at most 500 characters."""
    amount: Amount | None = None
    """New amount, in paisa."""
    max_limit_amount: Amount | None = None
    """New ceiling of one debit, in paisa."""
    trial_period_in_days: int | None = None
    """New trial period, in days."""
    end_date: Timestamp | None = None
    """New end."""
    merchant_metadata: Mapping[str, str] | None = None
    """New notes: at most 10 pairs of 256 characters."""


@shape
class Link(Answer):
    """Hold a link to a page of a listing. Only its query means anything; never request it."""

    href: str | None = None
    """A template with another host in it."""


@shape
class Links(Answer):
    """Hold the links of one page of a listing."""

    first: Link | None = None
    """The first page."""
    self: Link | None = attrs.field(default=None, alias="self_")
    """This page."""
    next: Link | None = None
    """The next page; missing, or the same as this one, on the last."""
    last: Link | None = None
    """The last page."""


@shape
class PageInfo(Answer):
    """Hold where in a listing a page stands."""

    size: int | None = None
    """Items a page."""
    total_elements: int | None = None
    """Items on all pages."""
    total_pages: int | None = None
    """How many pages there are."""
    number: int | None = None
    """Number of this page; samples do not agree whether the first is 0 or 1."""


@shape
class PlanPage(Answer):
    """Hold one page of plans."""

    links: Links | None = None
    """Links to other pages."""
    page: PageInfo | None = None
    """Where in the listing it stands."""
    plans: tuple[Plan, ...] = ()
    """The plans."""


async def find_plan(look: Look, _ids: Sequence[str], body: NewPlan) -> Plan | Evidence:
    """Find a plan whose making may have been carried out; only the same plan counts."""
    try:
        found = await look(GET_BY_REFERENCE, body.merchant_plan_reference)
    except NotFoundError as error:
        return absence(error, "PLAN_NOT_FOUND")
    same = (
        found.merchant_plan_reference == body.merchant_plan_reference
        and found.frequency == body.frequency
        and found.amount == body.amount
        and found.max_limit_amount == body.max_limit_amount
    )
    return found if same else Evidence.UNCLEAR


_CHANGEABLE: Final = tuple(field.name for field in attrs.fields(PlanChange) if field.name != "extra")

GET: Final = Operation(
    name="plans.get",
    method="GET",
    path="/ps/api/v1/public/plans/{plan_id}",
    repeat=Repeat.READ,
    answer=Plan,
    envelope=None,
)
GET_BY_REFERENCE: Final = Operation(
    name="plans.get_by_reference",
    method="GET",
    path="/ps/api/v1/public/plans/reference/{merchant_plan_reference}",
    repeat=Repeat.READ,
    answer=Plan,
    envelope=None,
)
LIST: Final = Operation(
    name="plans.list",
    method="GET",
    path="/ps/api/v1/public/plans",
    repeat=Repeat.READ,
    answer=PlanPage,
    envelope=None,
)
CREATE: Final = Operation(
    name="plans.create",
    method="POST",
    path="/ps/api/v1/public/plans",
    repeat=Repeat.BY_REFERENCE,
    body=NewPlan,
    answer=Plan,
    envelope=None,
    reference=lambda plan: plan.merchant_plan_reference,
    lookup=find_plan,
    intent=("merchant_plan_reference", "frequency", "amount", "max_limit_amount"),
    resend=True,
)
UPDATE: Final = Operation(
    name="plans.update",
    method="PATCH",
    path="/ps/api/v1/public/plans/{plan_id}",
    repeat=Repeat.NEVER,
    body=PlanChange,
    answer=Plan,
    envelope=None,
    lookup=shows(by_id(GET, "plan_id"), equal(*_CHANGEABLE)),
    intent=_CHANGEABLE,
)
DELETE: Final = Operation(
    name="plans.delete",
    method="DELETE",
    path="/ps/api/v1/public/plans/{plan_id}",
    repeat=Repeat.NEVER,
    answer=Answer,
    envelope=None,
    may_be_empty=True,
    lookup=reaches(by_id(GET, "plan_id"), {PlanStatus.ARCHIVED}, gone="PLAN_NOT_FOUND"),
)


class Plans(Resource):
    """Make plans and manage them."""

    async def create(self, plan: NewPlan) -> Plan:
        """Create a plan. No money moves.

        If the answer is lost, the plan is looked up by its reference, and sent again only when the gateway
        says that it does not exist.

        Args:
            plan: What a subscription will cost and how often; amounts in paisa.

        Returns:
            The plan: ``ACTIVE``, or ``CREATED`` until its start.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            DuplicateRequestError: the reference was used before; ``plans.get_by_reference`` reads it.
            OutcomeUnknownError: it may exist; look it up before you try again.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/create-plan
        """
        return await self._send(CREATE, body=plan)

    async def get(self, plan_id: str) -> Plan:
        """Read a plan by the gateway's id. No money moves.

        Args:
            plan_id: E.g. ``v1-pla-250612061639-aa-666Zge``.

        Returns:
            The plan.

        Raises:
            NotFoundError: there is no such plan.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/get-plan-by-id
        """
        return await self._send(GET, plan_id)

    async def get_by_reference(self, merchant_plan_reference: str) -> Plan:
        """Read a plan by your own reference. No money moves.

        Args:
            merchant_plan_reference: The reference it was created with.

        Returns:
            The plan.

        Raises:
            NotFoundError: no plan has that reference.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/get-plan-by-merchant-reference
        """
        return await self._send(GET_BY_REFERENCE, merchant_plan_reference)

    def list(
        self,
        *,
        plan_id: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        amount: int | None = None,
        amount_range: AmountRange | str | None = None,
        frequency: Frequency | str | None = None,
        sort: str | None = None,
        size: int | None = None,
        max_pages: int | None = None,
    ) -> Pages[Plan]:
        """Go through plans. No money moves.

        Args:
            plan_id: Only this one.
            start_date: Only those that start after it.
            end_date: Only those that end before it.
            amount: Paisa to compare with; see ``amount_range``.
            amount_range: How to compare it.
            frequency: Only those due so often.
            sort: Field and direction, e.g. ``id,asc``.
            size: Plans a page; samples use 10.
            max_pages: Stop after so many pages; left out: all.

        Returns:
            The plans, item by item or ``by_page()``; pages are read as you go.

        Raises:
            NoAnswerError: the gateway answered the same page twice.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/list-plans
        """
        query = {
            "plan_id": plan_id,
            "start_date": start_date,
            "end_date": end_date,
            "amount": amount,
            "amount_range": amount_range,
            "frequency": frequency,
            "sort": sort,
            "size": size,
        }
        return Pages(
            lambda query: self._send(LIST, query=query), lambda page: page.plans, by_links, query, max_pages
        )

    async def update(self, plan_id: str, change: PlanChange) -> Plan:
        """Change a plan for later subscriptions; running ones keep their terms. No money moves.

        It is sent once. If the answer is lost, read the plan.

        Args:
            plan_id: The gateway's id of the plan.
            change: What changes; amounts in paisa.

        Returns:
            The plan as it is now.

        Raises:
            InvalidRequestError: a field is out of range; the message names it.
            OutcomeUnknownError: it may have changed; read the plan.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/update-plan
        """
        return await self._send(UPDATE, plan_id, body=change)

    async def delete(self, plan_id: str) -> Answer:
        """Delete a plan. No money moves; what becomes of its subscriptions is not documented.

        It is sent once. If the answer is lost, read the plan.

        Args:
            plan_id: The gateway's id of the plan.

        Returns:
            Whatever came, in ``raw``: it is not documented.

        Raises:
            NotFoundError: there is no such plan.
            OutcomeUnknownError: it may have been deleted; read the plan.

        Source: https://www.pinelabs.com/docs/online-payments/api/subscriptions-plans/delete-plan
        """
        return await self._send(DELETE, plan_id)
