"""Flask with the blocking package: hosted checkout, the payer's return, webhooks.

    pip install pinelabs-async flask
    flask --app flask_shop run

It reads PINELABS_CLIENT_ID and the like, PINELABS_WEBHOOK_SECRET, PINELABS_RETURN_URL_SECRET, and SHOP_ADDRESS.
"""

import os
import sqlite3
from contextlib import closing

from flask import Flask, abort, redirect, request
from werkzeug.wrappers import Response

from pinelabs_sync import (
    Money,
    NewCheckout,
    OrderEvent,
    Session,
    SignatureError,
    SQLiteReplayStore,
    WebhookRouter,
    return_url,
)

PRICE = Money.from_rupees("1499.00")

pinelabs = Session.from_env()  # one for all threads; forked workers make connections of their own
router = WebhookRouter(os.environ["PINELABS_WEBHOOK_SECRET"], store=SQLiteReplayStore("webhooks.db"))
application = app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = router.limit  # larger ones are answered with 413, unread


@app.post("/buy")
def buy() -> Response:
    """Send the payer to the gateway's page."""
    callback_url = os.environ["SHOP_ADDRESS"] + "/return"
    link = pinelabs.checkout.create(NewCheckout(order_amount=PRICE, callback_url=callback_url))
    return redirect(str(link.redirect_url), 303)


@app.post("/return")
def come_back() -> str:
    """Take the payer back, and say what became of it."""
    try:
        returned = return_url.verify(request.form, os.environ["PINELABS_RETURN_URL_SECRET"])
    except SignatureError as error:
        abort(400, error.reason)
    return "Thank you!" if ship_if_paid(returned.order_id) else "This was not paid."


@app.post("/webhooks/pinelabs")
def take_webhook() -> tuple[str, int]:
    """Take a webhook."""
    answer = router.handle(request.get_data(), request.headers)
    return answer.text, answer.status


@router.on("ORDER_PROCESSED")
def paid(event: OrderEvent) -> None:
    """Ship, also when the payer's browser never comes back."""
    ship_if_paid(event.data.order_id)


def ship_if_paid(order_id: str) -> bool:
    """Read the order, since neither browser nor webhook is believed; ship once, whoever tells of it."""
    order = pinelabs.orders.get(order_id)
    if order.status != "PROCESSED" or order.order_amount != PRICE:
        return False
    with closing(sqlite3.connect("shop.db")) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS shipped (order_id TEXT PRIMARY KEY)")
        if db.execute("INSERT OR IGNORE INTO shipped VALUES (?)", [order.order_id]).rowcount:
            app.logger.warning("shipping %s", order.order_id)
    return True
