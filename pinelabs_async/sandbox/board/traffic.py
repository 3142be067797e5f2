"""What went over the wire and what came of it: webhooks, requests, executions."""

from http import HTTPStatus

from pinelabs_async.sandbox.board import mask
from pinelabs_async.sandbox.board.desk import Desk
from pinelabs_async.sandbox.board.markup import Html, fill
from pinelabs_async.sandbox.board.section import Section, badge, last, link, money, time
from pinelabs_async.sandbox.delivery import Delivery
from pinelabs_async.sandbox.ledger import Execution
from pinelabs_async.sandbox.outbox import Event
from pinelabs_async.sandbox.posting import Attempt
from pinelabs_async.sandbox.server import Exchange
from pinelabs_async.sandbox.state import Amount


def webhooks(desk: Desk) -> Section:
    """List the events, each with its deliveries."""
    events, deliveries = desk.webhooks.events, desk.deliveries()
    rows = [
        _webhook(desk, event, place, delivery)
        for event in last(events)
        for place, delivery in enumerate(deliveries.get(event.id, (None,)))
    ]
    return Section(
        id="webhooks",
        title="Webhooks",
        heads=("Time", "Event", "Merchant", "To", "Attempts", "Next", "Status", ""),
        rows=rows,
        total=len(events),
    )


def requests(desk: Desk) -> Section:
    """List the requests that the gateway got."""
    return Section(
        id="requests",
        title="Requests",
        heads=("", "Time", "Method", "Path", "Operation", "Answer", "Executed", "Fault"),
        rows=[_request(exchange) for exchange in last(desk.exchanges)],
        total=len(desk.exchanges),
    )


def executions(desk: Desk) -> Section:
    """List what was carried out."""
    done = desk.state.ledger.executions()
    return Section(
        id="ledger",
        title="Ledger",
        heads=("Time", "Operation", "Reference", "Order", "Amount", "Money"),
        rows=[_execution(one) for one in last(done)],
        total=len(done),
    )


def answered(exchange: Exchange) -> Html:
    """Return the status of an answer; a request without one has none yet, or never gets it."""
    if exchange.status is None:
        return badge("no answer", "bad" if exchange.fault else "plain")
    return badge(str(exchange.status), _tone(exchange.status))


def attempted(attempt: Attempt) -> Html:
    """Return what came of a POST to the merchant."""
    if attempt.status is None:
        return badge(attempt.error or "", "bad")
    return badge(str(attempt.status), "good" if attempt.accepted else "bad")


def _webhook(desk: Desk, event: Event, place: int, delivery: Delivery | None) -> tuple[object, ...]:
    about = (time(event.at), link(f"/board/events/{event.id}", event.type), event.merchant_id)
    if delivery is None:
        return (*about, fill('<span class="none">no URL</span>'), "", "", "", "")
    labels = {"webhook.retry": "Retry now"} if desk.webhooks.can_retry(delivery) else {}
    return (
        *about,
        fill("<code>{url}</code>", url=delivery.url),
        len(delivery.attempts) or "",
        time(delivery.due) if delivery.status == "waiting" else "",
        badge(delivery.status),
        desk.buttons({"event": event.id, "place": str(place)}, labels),
    )


def _request(exchange: Exchange) -> tuple[object, ...]:
    return (
        link(f"/board/requests/{exchange.number}", f"{exchange.number}"),
        time(exchange.at),
        exchange.method,
        fill("<code>{target}</code>", target=target(exchange)),
        exchange.operation or "",
        answered(exchange),
        "yes" if exchange.executed else "",
        badge(exchange.fault, "bad") if exchange.fault else "",
    )


def target(exchange: Exchange) -> str:
    """Return the path and the query of a request without their secrets."""
    path = mask.numbers(exchange.path)
    return f"{path}?{mask.query(exchange.query)}" if exchange.query else path


def _execution(done: Execution) -> tuple[object, ...]:
    amount = None if done.amount is None else Amount(done.amount, done.currency or "")
    return (
        time(done.at),
        done.operation,
        done.reference or "",
        fill("<code>{id}</code>", id=done.order_id or ""),
        money(amount),
        "" if done.money == "none" else badge(done.money, {"in": "good", "out": "back"}[done.money]),
    )


def _tone(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "good"
    return "wait" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "bad"
