"""Payouts, and the accounts that they are paid from."""

from typing import Final

from pinelabs_async.sandbox.board.desk import Desk, amount_field, button
from pinelabs_async.sandbox.board.markup import Html, fill, join
from pinelabs_async.sandbox.board.section import Section, badge, listed, money, named, newest, time
from pinelabs_async.sandbox.gateway.payout_object import Payouts
from pinelabs_async.sandbox.state import Amount, Merchant

_TOP_UP: Final = 1_000_000


def payouts(desk: Desk) -> Section:
    """List the payouts under the balances of their accounts."""
    held = [(owner, one) for owner in desk.merchants for one in owner.store(Payouts).by_id.values()]
    shown, total = newest(held, lambda place: place[1].created_at)
    return listed(
        desk,
        "payouts",
        "Payouts",
        heads=("Time", "Payout", "Payee", "Amount", "Mode", "Scheduled", "Status"),
        rows=[
            (
                owner,
                time(one.created_at),
                named(one.id, one.payee.reference),
                one.payee.name,
                money(one.payee.amount),
                one.payee.mode,
                time(one.scheduled_at),
                badge(one.status),
            )
            for owner, one in shown
        ],
        total=total,
        above=join(_account(desk, owner) for owner in desk.merchants),
    )


def _account(desk: Desk, owner: Merchant) -> Html:
    merchant_id = owner.credentials.merchant_id
    return fill(
        '<div class="account">Funding account of {merchant}: <b>{balance}</b> {form}</div>\n',
        merchant=merchant_id,
        balance=money(Amount(owner.store(Payouts).balance, "INR")),
        form=desk.form({"merchant": merchant_id}, amount_field(_TOP_UP), button("payouts.top_up", "Top up")),
    )
