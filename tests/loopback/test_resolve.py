"""What the state of a thing proves of a lost write: a server that answers exactly what a test says."""

import pytest

from pinelabs_async import OPERATIONS, OutcomeUnknownError, PineLabsError
from tests.loopback.raw import answer, order_json, refusal

INR = "INR"


def order(**more):
    return order_json(**more)


def payment(status, **more):
    return order(payments=[{"id": "pay", "status": status, **more}])


def captured(reference="cap-1", value=1000):
    shown = {
        "merchant_capture_reference": reference,
        "capture_amount": {"value": value, "currency": INR},
    }
    return payment("PROCESSED", capture_data=[shown])


def part(status, part_id="ss-a"):
    details = [{"split_settlement_id": "ss-b", "status": "HOLD"}]
    details.append({"split_settlement_id": part_id, "status": status})
    return order(purchase_details={"split_info": {"split_details": details}})


def link(status):
    return {"payment_link_id": "link", "status": status}


def subscription(status="ACTIVE", **more):
    return {"subscription_id": "sub", "status": status, **more}


def debit(status, **more):
    return {
        "presentation_id": "deb",
        "merchant_presentation_reference": "deb-1",
        "subscription_id": "sub",
        "amount": {"value": 1000, "currency": INR},
        "status": status,
        **more,
    }


def plan(**more):
    return {"plan_id": "plan", "status": "ACTIVE", **more}


def payouts(status, payment_reference_id="payout", **more):
    return {"payments": [{"paymentReferenceId": payment_reference_id, "status": status, **more}]}


def awbs(*numbers):
    listed = [{"awb_id": f"awb-{number}", "awb_number": number} for number in numbers]
    return {"order_id": "v1-order", "awb_mappings": listed}


def invoice(**more):
    return {
        "invoiceId": "inv",
        "orderId": "v1-order",
        "invoiceNumber": "1",
        "invoiceDate": "2026-05-20",
        **more,
    }


def tokens(*references):
    listed = [
        {"token_id": "tok", "merchant_token_reference": name, "customer_id": "cus"} for name in references
    ]
    return {"tokens": listed}


ORDER, PAYMENT, PART = {"order_id": "v1-order"}, {"payment_id": "pay"}, {"settlement_id": "ss-a"}
CAPTURE = {"merchant_capture_reference": "cap-1", "capture_amount": {"value": 1000, "currency": INR}}
LINK, SUBSCRIPTION, DEBIT = (
    {"payment_link_id": "link"},
    {"subscription_id": "sub"},
    {"presentation_id": "deb"},
)
PLAN, PAYOUT, CUSTOMER, TOKEN = (
    {"plan_id": "plan"},
    {"payment_reference_id": "payout"},
    {"customer_id": "cus"},
    {"token_id": "tok"},
)
NOTICE = {
    "merchant_presentation_reference": "deb-1",
    "subscription_id": "sub",
    "amount": {"value": 1000, "currency": INR},
}
RESERVE = {"merchant_subscription_reference": "res-1", "customer_id": "cus"}
NEW_TOKEN = {"merchant_token_reference": "tok-1", "customer_id": "cus"}
INVOICE = {"invoice_number": "1", "invoice_date": "2026-05-20"}
CHANGED = {"new_end_date": "2030-01-01T00:00:00Z", "new_plan_id": "plan-2"}
YES, NO, UNKNOWN = True, False, None

ROWS = [
    ("orders.cancel", ORDER, {}, order(status="CANCELLED"), YES),
    ("orders.cancel", ORDER, {}, order(status="AUTHORIZED"), UNKNOWN),
    ("orders.cancel", ORDER, {}, order(status="CREATED"), UNKNOWN),
    ("orders.cancel", ORDER, {}, order(status="PARTIALLY_CAPTURED"), UNKNOWN),
    ("orders.cancel", ORDER, {}, order(status="PROCESSED"), NO),
    ("orders.cancel", ORDER, {}, order(status="FULLY_REFUNDED"), NO),
    ("orders.cancel", ORDER, {}, order(status="SOMETHING_NEW"), UNKNOWN),
    ("orders.cancel", ORDER, {}, order(status=None), UNKNOWN),
    ("orders.cancel", ORDER, {}, order(status="CANCELLED", order_id="v1-other"), UNKNOWN),
    ("orders.cancel", ORDER, {}, order(status="PROCESSED", order_id="v1-other"), UNKNOWN),
    ("orders.capture", ORDER, CAPTURE, captured(), YES),
    ("orders.capture", ORDER, {"merchant_capture_reference": "cap-1"}, captured(value=7), YES),
    ("orders.capture", ORDER, CAPTURE, captured(value=7), UNKNOWN),
    ("orders.capture", ORDER, CAPTURE, captured("cap-2"), UNKNOWN),
    ("orders.capture", ORDER, CAPTURE, payment("AUTHORIZED"), UNKNOWN),
    ("orders.capture", ORDER, CAPTURE, payment("PROCESSED", capture_data=None), UNKNOWN),
    ("orders.capture", ORDER, CAPTURE, order(status="PROCESSED"), UNKNOWN),
    ("payments.authorize", ORDER | PAYMENT, {}, payment("PROCESSED"), YES),
    ("payments.authorize", ORDER | PAYMENT, {}, payment("AUTHORIZED"), YES),
    ("payments.authorize", ORDER | PAYMENT, {}, payment("PENDING"), UNKNOWN),
    ("payments.authorize", ORDER | PAYMENT, {}, payment("FAILED"), NO),
    ("payments.authorize", ORDER | PAYMENT, {}, payment("PROCESSED", id="another"), UNKNOWN),
    ("payments.authorize", ORDER | PAYMENT, {}, payment("FAILED", id="another"), UNKNOWN),
    ("payments.authorize_apple_pay", ORDER | {"payments_id": "pay"}, {}, payment("PROCESSED"), YES),
    ("split_settlements.release", ORDER | PART, {}, part("RELEASED"), YES),
    ("split_settlements.release", ORDER | PART, {}, part("HOLD"), UNKNOWN),
    ("split_settlements.release", ORDER | PART, {}, part("CANCELLED"), NO),
    ("split_settlements.release", ORDER | PART, {}, part("RELEASED", "ss-c"), UNKNOWN),
    ("split_settlements.release", ORDER | PART, {}, order(), UNKNOWN),
    ("split_settlements.cancel", ORDER | PART, {}, part("CANCELLED"), YES),
    ("split_settlements.cancel", ORDER | PART, {}, part("RELEASED"), NO),
    ("payment_links.cancel", LINK, {}, link("CANCELLED"), YES),
    ("payment_links.cancel", LINK, {}, link("PROCESSED"), NO),
    ("payment_links.cancel", LINK, {}, link("EXPIRED"), NO),
    ("payment_links.cancel", LINK, {}, link("PAYMENT_INITIATED"), UNKNOWN),
    ("subscriptions.pause", SUBSCRIPTION, {}, subscription("PAUSED"), YES),
    ("subscriptions.pause", SUBSCRIPTION, {}, subscription("PAUSED_BY_CUSTOMER"), UNKNOWN),
    ("subscriptions.pause", SUBSCRIPTION, {}, subscription("ACTIVE"), UNKNOWN),
    ("subscriptions.resume", SUBSCRIPTION, {}, subscription("RESUMING"), YES),
    ("subscriptions.resume", SUBSCRIPTION, {}, subscription("ACTIVE"), YES),
    ("subscriptions.resume", SUBSCRIPTION, {}, subscription("PAUSED"), UNKNOWN),
    ("subscriptions.cancel", SUBSCRIPTION, {}, subscription("CANCELLING"), YES),
    ("subscriptions.cancel", SUBSCRIPTION, {}, subscription("CANCELLED_BY_MERCHANT"), YES),
    ("subscriptions.cancel", SUBSCRIPTION, {}, subscription("COMPLETED"), NO),
    ("subscriptions.cancel", SUBSCRIPTION, {}, subscription("ACTIVE"), UNKNOWN),
    (
        "subscriptions.update",
        SUBSCRIPTION,
        CHANGED,
        subscription(end_date="2030-01-01T05:30:00+05:30", plan_details={**plan(), "plan_id": "plan-2"}),
        YES,
    ),
    (
        "subscriptions.update",
        SUBSCRIPTION,
        CHANGED,
        subscription(end_date="2030-01-01T00:00:00Z", plan_details=plan()),
        UNKNOWN,
    ),
    ("subscriptions.update", SUBSCRIPTION, CHANGED, subscription("UPDATING"), UNKNOWN),
    ("subscriptions.update", SUBSCRIPTION, {"of another version": 1}, subscription(), UNKNOWN),
    ("presentations.execute", {}, DEBIT, debit("PENDING"), YES),
    ("presentations.execute", {}, {"merchant_presentation_reference": "deb-1"}, debit("COMPLETED"), YES),
    ("presentations.execute", {}, DEBIT, debit("CREATED"), UNKNOWN),
    ("presentations.execute", {}, DEBIT, debit("NOTIFIED"), UNKNOWN),
    ("presentations.execute", {}, DEBIT, debit("FAILED"), UNKNOWN),
    ("presentations.execute", {}, DEBIT, debit("CANCELLED"), NO),
    ("presentations.execute", {}, DEBIT, debit("COMPLETED", presentation_id="another"), UNKNOWN),
    (
        "presentations.execute",
        {},
        {"merchant_presentation_reference": "deb-2"},
        debit("CANCELLED"),
        UNKNOWN,
    ),
    ("presentations.retry", {}, DEBIT, debit("COMPLETED"), YES),
    ("presentations.retry", {}, DEBIT, debit("FAILED"), UNKNOWN),
    ("presentations.delete", DEBIT, {}, debit("CANCELLED"), YES),
    ("presentations.delete", DEBIT, {}, debit("COMPLETED"), NO),
    ("presentations.delete", DEBIT, {}, debit("PENDING"), UNKNOWN),
    ("presentations.notify", {}, NOTICE, debit("NOTIFIED"), YES),
    ("presentations.notify", {}, NOTICE, debit("CREATED", amount={"value": 1, "currency": INR}), UNKNOWN),
    ("presentations.notify", {}, NOTICE, debit("CREATED", subscription_id="another"), UNKNOWN),
    ("plans.delete", PLAN, {}, plan(), UNKNOWN),
    ("plans.delete", PLAN, {}, plan(status="INACTIVE"), UNKNOWN),
    ("plans.update", PLAN, {"plan_name": "New"}, plan(plan_name="New"), YES),
    ("plans.update", PLAN, {"plan_name": "New"}, plan(plan_name="Old"), UNKNOWN),
    ("plans.update", PLAN, {"of another version": 1}, plan(), UNKNOWN),
    ("plans.update", PLAN, {"plan_name": "New"}, plan(plan_id="another", plan_name="New"), UNKNOWN),
    (
        "plans.update",
        PLAN,
        {"trial_period_in_days": 0, "merchant_metadata": {"a": "b"}},
        plan(trial_period_in_days=0, merchant_metadata={"a": "b"}),
        YES,
    ),
    (
        "plans.update",
        PLAN,
        {"trial_period_in_days": 0, "merchant_metadata": {"a": "b"}},
        plan(trial_period_in_days=0, merchant_metadata={"a": "c"}),
        UNKNOWN,
    ),
    ("payouts.cancel", PAYOUT, {}, payouts("CANCELLED"), YES),
    ("payouts.cancel", PAYOUT, {}, payouts("SUCCESS"), NO),
    ("payouts.cancel", PAYOUT, {}, payouts("SCHEDULED"), UNKNOWN),
    ("payouts.cancel", PAYOUT, {}, payouts("SUCCESS", "another"), UNKNOWN),
    ("payouts.cancel", PAYOUT, {}, {"payments": []}, UNKNOWN),
    (
        "payouts.reschedule",
        PAYOUT,
        {"scheduleAt": "2030-01-01T00:00:00Z"},
        payouts("SCHEDULED", scheduledAt="2030-01-01T00:00:00Z"),
        YES,
    ),
    (
        "payouts.reschedule",
        PAYOUT,
        {"scheduleAt": "2030-01-01T00:00:00Z"},
        payouts("SCHEDULED", scheduledAt="2030-01-02T00:00:00Z"),
        UNKNOWN,
    ),
    ("customers.update", CUSTOMER, {"status": "DELETED"}, {"customer_id": "cus", "status": "DELETED"}, YES),
    ("customers.update", CUSTOMER, {"status": "ACTIVE"}, {"customer_id": "cus", "status": "ACTIVE"}, UNKNOWN),
    (
        "customers.update",
        CUSTOMER,
        {"status": "DELETED"},
        {"customer_id": "cus", "status": "ACTIVE"},
        UNKNOWN,
    ),
    ("customers.update", CUSTOMER, {}, {"customer_id": "cus", "status": "DELETED"}, UNKNOWN),
    ("customer_tokens.delete", CUSTOMER | TOKEN, {}, {"token_id": "tok", "status": "DELETED"}, YES),
    ("tokens.delete", TOKEN, {}, {"token_id": "tok", "status": "ACTIVE"}, UNKNOWN),
    ("tokens.create", {}, NEW_TOKEN, tokens("tok-0", "tok-1"), YES),
    ("tokens.create", {}, NEW_TOKEN, tokens("tok-0"), UNKNOWN),
    ("tokens.create", {}, NEW_TOKEN, tokens("tok-1", "tok-1"), UNKNOWN),
    ("tokens.create", {}, NEW_TOKEN, tokens(), UNKNOWN),
    ("awbs.create", ORDER, {"awbs": [{"awb_number": "1"}, {"awb_number": "2"}]}, awbs("2", "1"), YES),
    ("awbs.create", ORDER, {"awbs": [{"awb_number": "1"}, {"awb_number": "2"}]}, awbs("1"), UNKNOWN),
    ("awbs.upload", ORDER | {"awb_id": "awb"}, {}, {"awb_id": "awb", "status": "AWB_UPLOADED"}, YES),
    ("awbs.upload", ORDER | {"awb_id": "awb"}, {}, {"awb_id": "awb", "status": "AWB_CAPTURED"}, UNKNOWN),
    ("invoices.create", ORDER, INVOICE, invoice(), YES),
    ("invoices.create", ORDER, INVOICE, invoice(invoiceNumber="2"), UNKNOWN),
    ("invoices.upload", ORDER | {"invoice_id": "inv"}, {}, invoice(status="INVOICE_UPLOADED"), YES),
    ("invoices.upload", ORDER | {"invoice_id": "old"}, {}, invoice(status="INVOICE_UPLOADED"), UNKNOWN),
    ("reserve_pay.create", {}, RESERVE, subscription("CREATED", **RESERVE), YES),
    ("reserve_pay.create", {}, RESERVE, subscription("CREATED", **RESERVE | {"customer_id": "x"}), UNKNOWN),
]
"""Operation, its ids, what is kept of its body, what the gateway tells when it is asked, and what that proves."""


def lost(name, ids, members):
    """Return the error of a call whose answer was lost."""
    return OutcomeUnknownError("lost", operation=name, ids=ids, members=members)


@pytest.mark.parametrize(
    ("name", "ids", "members", "told", "expected"), ROWS, ids=[f"{row[0]}-{row[4]}" for row in ROWS]
)
async def test_state(raw, connect, name, ids, members, told, expected):
    """A state proves what it can, the object of it is handed over, and only reads are sent."""
    raw.script = [answer(told)]
    resolution = await connect(raw).resolve(lost(name, ids, members))
    assert (expected, expected is YES) == (resolution.carried_out, resolution.found is not None)
    assert {"GET"} >= {request.method for request in raw.requests}


@pytest.mark.parametrize(
    ("ids", "name"),
    [(PLAN, "plans.delete"), (TOKEN, "tokens.delete"), (CUSTOMER | TOKEN, "customer_tokens.delete")],
)
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (refusal(404, "INVALID_REQUEST"), YES),
        (refusal(404, None), UNKNOWN),
        (refusal(404, "PATH_NOT_FOUND"), UNKNOWN),
        (refusal(400, "INVALID_REQUEST"), UNKNOWN),
        (answer(b"<html>", status=404, kind="text/html"), UNKNOWN),
    ],
    ids=["gone", "without-code", "no-such-path", "400", "web-page"],
)
async def test_gone(raw, connect, ids, name, told, expected):
    """Of what was to be deleted the gateway's own word that it is gone is the proof, and nothing else is."""
    raw.script = [told]
    resolution = await connect(raw).resolve(lost(name, ids, {}))
    assert (expected, None) == (resolution.carried_out, resolution.found)


CASES = {name: (ids, members) for name, ids, members, _, expected in ROWS if expected is YES}


@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith(".delete")])
@pytest.mark.parametrize(
    "told",
    [refusal(404, "INVALID_REQUEST"), refusal(404, "ORDER_NOT_FOUND"), answer({}), answer({"data": {}})],
    ids=["nothing-matches", "no-order", "empty", "empty-data"],
)
async def test_nothing_there(raw, connect, name, told):
    """That nothing is found proves nothing of a write that is never repeated."""
    raw.script = [told]
    resolution = await connect(raw).resolve(lost(name, *CASES[name]))
    assert (UNKNOWN, None) == (resolution.carried_out, resolution.found)


@pytest.mark.parametrize("name", CASES)
async def test_reading_that_fails(raw, connect, name):
    """A reading that fails is an error of its own: it does not say that nothing was carried out."""
    raw.script = [refusal(403, "FORBIDDEN")]
    with pytest.raises(PineLabsError) as caught:
        await connect(raw).resolve(lost(name, *CASES[name]))
    assert 403 == caught.value.status


@pytest.mark.parametrize("fee", [None, 1180])
@pytest.mark.parametrize(("due", "expected"), [(0, YES), (1, UNKNOWN), (-1, UNKNOWN)])
async def test_challan(raw, connect, fee, due, expected):
    """An e-challan is the one meant when it asks for the order's amount and the fee that was given."""
    given = {} if fee is None else {"applicable_fee_amount": {"value": fee, "currency": INR}}
    challan = {"challan_id": "cha", "order_id": "v1-order", "amount_due": 150000 + (fee or 0) + due}
    raw.script = [answer(challan), answer(order())]
    resolution = await connect(raw).resolve(
        lost("challans.create", ORDER, {"convenience_fee_breakdown": given})
    )
    assert expected == resolution.carried_out


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (answer(order()), YES),
        (answer(order(order_amount={"value": 1, "currency": INR})), UNKNOWN),
        (refusal(404, "ORDER_NOT_FOUND"), NO),
        (refusal(404, None), UNKNOWN),
    ],
    ids=["found", "other-amount", "absent", "404"],
)
async def test_checkout(raw, connect, told, expected):
    """The order of a checkout is proved as any order is: by its reference and amount, or the gateway's word."""
    raw.script = [told]
    meant = {"merchant_order_reference": "ord-1", "order_amount": {"value": 150000, "currency": INR}}
    assert expected == (await connect(raw).resolve(lost("checkout.create", {}, meant))).carried_out


async def test_old_link_without_credentials(raw, connect):
    """A Session that cannot ask the older gateway does not know, and the other writes are told all the same."""
    meant = {"REFERENCE_NO": "1", "AMOUNT": 100}
    assert (await connect(raw).resolve(lost("pay_by_links.create", {}, meant))).carried_out is None
    assert [] == raw.requests


def test_every_kind_is_tried():
    """Each look-up of a write that is never repeated is in the table, or has a test of its own."""
    own = {"challans.create", "checkout.create", "pay_by_links.create"}
    tried = {row[0] for row in ROWS}
    assert {
        operation.name
        for operation in OPERATIONS.values()
        if operation.repeat == "NEVER" and operation.lookup is not None
    } == tried | own
