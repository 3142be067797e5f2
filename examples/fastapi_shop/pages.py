"""The shop's pages."""

from collections.abc import Iterable
from html import escape
from typing import Protocol

from pinelabs_async import Money

_STYLE = """
body { font: 17px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; color: #222 }
button { font: inherit; padding: .5rem 1.2rem; margin-right: .5rem; border: 0; border-radius: .4rem;
         background: #0a6b5c; color: #fff; cursor: pointer }
form { display: inline } table { border-collapse: collapse; margin: 1rem 0 }
td, th { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid #ddd }
"""


class Purchase(Protocol):
    """What a page tells of a purchase."""

    number: str
    order_id: str
    status: str
    shipped: int


def front(price: Money, sales: Iterable[Purchase]) -> str:
    """What there is to buy, and what was bought."""
    bought = "".join(
        f'<tr><td><a href="/purchases/{escape(sale.number)}">{escape(sale.number)}</a></td>'
        f"<td>{escape(sale.status)}</td></tr>"
        for sale in sales
    )
    return _page(
        "A tea kettle",
        f"<p>Boils water. ₹{price.rupees}</p>"
        + _button("/buy/hosted", "Buy on the gateway's page")
        + _button("/buy/seamless", "Buy by net banking")
        + (f"<table><tr><th>Purchase</th><th>Status</th></tr>{bought}</table>" if bought else ""),
    )


def purchase(sale: Purchase, price: Money) -> str:
    """What became of a purchase."""
    refund = _button(f"/purchases/{sale.number}/refund", "Give it back") if sale.status == "PROCESSED" else ""
    rows = {
        "Order": sale.order_id,
        "Price": f"₹{price.rupees}",
        "Status": sale.status,
        "Shipped": "yes" if sale.shipped else "no",
    }
    table = "".join(
        f'<tr><th>{name}</th><td id="{name.lower()}">{escape(value)}</td></tr>'
        for name, value in rows.items()
    )
    return _page("Your purchase", f'<table>{table}</table>{refund}<p><a href="/">Back</a></p>')


def _button(path: str, label: str) -> str:
    return f'<form method="post" action="{escape(path)}"><button>{escape(label)}</button></form>'


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{content}</html>"
    )
