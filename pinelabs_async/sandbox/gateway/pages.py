"""The HTML of the pages that payers see."""

from collections.abc import Mapping
from html import escape
from typing import Final

from pinelabs_async.sandbox.call import Page
from pinelabs_async.sandbox.ledger import rupees
from pinelabs_async.sandbox.state import Amount

START: Final = "start"
BUTTONS: Final[Mapping[str, str]] = {
    "approve": "Pay",
    "decline": "Fail",
    "cancel": "Cancel",
    START: "Start, and leave the bank's answer open",
}

_WHOLE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/board/style.css">
</head>
<body class="payer">
<main>
<h1>{title}</h1>
{content}
<footer>This is a sandbox: no money moves. <a href="/">What it holds</a></footer>
</main>
</body>
</html>
"""


def page(title: str, content: str, *, status: int = 200) -> Page:
    """Return a page with a heading; the content is HTML already."""
    return Page(status=status, html=_WHOLE.format(title=escape(title), content=content))


def says(title: str, text: str, *, status: int = 200) -> Page:
    """Return a page that says one thing."""
    return page(title, f"<p>{escape(text)}</p>", status=status)


def go_on(url: str, *, status: int = 200) -> Page:
    """Send the payer to where a payment that was started goes on."""
    return page("Under way", f'<p>The payment <a href="{escape(url)}">goes on here</a>.</p>', status=status)


def ask(due: Amount, purpose: str, *, in_parts: bool = False) -> Page:
    """Ask the payer to pay what is due, or a part of it, and let them choose how it goes."""
    amount = f"{due.value // 100}.{due.value % 100:02d}"
    part = f'<p>Amount <input name="amount" value="{amount}"></p>\n' if in_parts else ""
    buttons = "\n".join(
        f'<button name="outcome" value="{value}">{escape(label)}</button>' for value, label in BUTTONS.items()
    )
    return page(
        "Sandbox payment link",
        f"<p>Due: <b>{escape(f'{rupees(due.value)} {due.currency}')}</b> for {escape(purpose)}</p>\n"
        f'<form method="post">\n{part}{buttons}\n</form>',
    )


def hand_back(fields: Mapping[str, str]) -> Page:
    """Return the fields that the payer's browser would bring to the merchant's page."""
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return page("Back to the shop", f'<form method="post">\n{hidden}\n</form>')
