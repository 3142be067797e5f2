"""The page as a whole, the fragments that keep it live, and the pages of one request and one event."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pinelabs_async.sandbox.board import links, mandates, mask, orders, payouts, traffic
from pinelabs_async.sandbox.board.desk import Desk, Note, button
from pinelabs_async.sandbox.board.markup import Html, fill, join
from pinelabs_async.sandbox.board.section import Section, time
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.outbox import Event
from pinelabs_async.sandbox.server import Exchange

_LISTS: Final[Sequence[Callable[[Desk], Section]]] = (
    orders.orders,
    orders.payments,
    orders.refunds,
    links.links,
    links.old_links,
    mandates.subscriptions,
    mandates.presentations,
    payouts.payouts,
    traffic.webhooks,
    traffic.requests,
    traffic.executions,
)
_WHOLE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/board/style.css">
{script}
</head>
<body>
{content}
</body>
</html>
"""
_SCRIPT: Final = Html('<script src="/board/live.js" defer></script>')
_HEADER: Final = """<header>
<div class="title">
<h1>Pine Labs sandbox</h1>
<p><code>{base_url}</code> · merchant {merchants}</p>
</div>
<div id="figures" data-live>{figures}</div>
{clock_form}
</header>
<nav id="nav" data-live>{nav}</nav>
{note}
<main>
{sections}
</main>
<p id="state" hidden>The sandbox does not answer any more.</p>
"""


def whole(desk: Desk, note: Note | None = None) -> Html:
    """Return the page with all lists."""
    sections = [make(desk) for make in _LISTS]
    parts = join(
        fill('<section id="{id}" data-live>\n{inside}\n</section>\n', id=section.id, inside=section.inside())
        for section in sections
    )
    content = fill(
        _HEADER,
        base_url=desk.state.base_url,
        merchants=", ".join(held.credentials.merchant_id for held in desk.merchants),
        figures=_figures(desk),
        clock_form=_clock_form(desk),
        nav=_nav(sections),
        note=_note(note),
        sections=parts,
    )
    return _page("Pine Labs sandbox", content, script=_SCRIPT)


def fragments(desk: Desk) -> dict[str, Html]:
    """Return the parts of the page that change, by the id of their element."""
    sections = [make(desk) for make in _LISTS]
    lists = {section.id: fill("\n{inside}\n", inside=section.inside()) for section in sections}
    return {"figures": _figures(desk), "nav": _nav(sections), **lists}


def request(exchange: Exchange) -> Html:
    """Return the page of one request and its answer, without their secrets."""
    heads = "\n".join(f"{name}: {value}" for name, value in mask.headers(exchange.headers))
    given = mask.body(exchange.body, exchange.headers.get("Content-Type", ""))
    content = fill(
        "{back}<h1>{method} {target}</h1>\n<p>{at} · {operation} {status} {fault}</p>\n<h2>Request</h2>\n"
        "<pre>{heads}</pre>\n<pre>{given}</pre>\n<h2>Answer</h2>\n<pre>{answer}</pre>",
        back=_BACK,
        method=exchange.method,
        target=traffic.target(exchange),
        at=time(exchange.at),
        operation=exchange.operation or "no operation",
        status=traffic.answered(exchange),
        fault=f"fault: {exchange.fault}" if exchange.fault else "",
        heads=heads,
        given=given,
        answer=mask.body(exchange.answer, ""),
    )
    return _page(f"Request {exchange.number}", fill('<main class="one">{content}</main>', content=content))


def event(desk: Desk, told: Event) -> Html:
    """Return the page of one event, and of every attempt to deliver it."""
    tries = join(
        fill(
            "<tr><td>{at}</td><td><code>{url}</code></td><td>{came}</td></tr>\n",
            at=time(attempt.at),
            url=delivery.url,
            came=traffic.attempted(attempt),
        )
        for delivery in desk.deliveries().get(told.id, ())
        for attempt in delivery.attempts
    )
    content = fill(
        "{back}<h1>{type}</h1>\n<p>{at} · <code>{id}</code> · merchant {merchant}</p>\n"
        "<pre>{body}</pre>\n<h2>Attempts</h2>\n<table>{tries}</table>",
        back=_BACK,
        type=told.type,
        at=time(told.at),
        id=told.id,
        merchant=told.merchant_id,
        body=mask.body(told.body, "application/json"),
        tries=tries,
    )
    return _page(told.type, fill('<main class="one">{content}</main>', content=content))


def says(title: str, text: str) -> Html:
    """Return a page that says one thing."""
    content = fill(
        '<main class="one">{back}<h1>{title}</h1>\n<p>{text}</p></main>', back=_BACK, title=title, text=text
    )
    return _page(title, content)


_BACK: Final = Html('<p><a href="/">Back to the lists</a></p>\n')


def _page(title: str, content: Html, *, script: Html = Html("")) -> Html:  # noqa: B008 - a text
    return fill(_WHOLE, title=title, content=content, script=script)


def _figures(desk: Desk) -> Html:
    now = desk.state.clock.now()
    ahead = now - datetime.now(UTC)
    ledger = desk.state.ledger
    shown = {
        "Money in": f"₹ {rupees(ledger.money_in)}",
        "Money out": f"₹ {rupees(ledger.money_out)}",
        "Clock (UTC)": time(now),
    }
    if ahead > timedelta(seconds=1):
        shown["Ahead by"] = _span(ahead)
    return join(
        fill("<div><small>{name}</small> <b>{value}</b></div>", name=name, value=value)
        for name, value in shown.items()
    )


def _span(span: timedelta) -> str:
    hours = round(span.total_seconds() / 3600, 1)
    return f"{hours / 24:g} days" if hours >= 24 and hours % 24 == 0 else f"{hours:g} h"


def _clock_form(desk: Desk) -> Html:
    moves = {"1": "+1 hour", "24": "+1 day", "168": "+7 days"}
    return desk.form(
        {"do": "clock.advance"}, *(button(hours, label, name="hours") for hours, label in moves.items())
    )


def _nav(sections: Sequence[Section]) -> Html:
    return join(
        fill(
            '<a href="#{id}">{title} <small>{total}</small></a>\n',
            id=section.id,
            title=section.title,
            total=section.total,
        )
        for section in sections
    )


def _note(note: Note | None) -> Html:
    if note is None:
        return Html("")
    return fill(
        '<p id="note" class="{tone}" role="status">{text}</p>',
        tone="refused" if note.refused else "done",
        text=note.text,
    )
