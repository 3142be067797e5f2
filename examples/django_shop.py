"""Django with the blocking package, in one file: hosted checkout, the payer's return, webhooks.

    pip install pinelabs-async django
    python django_shop.py runserver

It reads PINELABS_CLIENT_ID and the like, PINELABS_WEBHOOK_SECRET, PINELABS_RETURN_URL_SECRET, and SHOP_ADDRESS.
"""

import logging
import os
import sqlite3
import sys
from contextlib import closing

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

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
settings.configure(
    SECRET_KEY=os.environ.get("SECRET_KEY", "not a secret, for trying it out"),
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATA_UPLOAD_MAX_MEMORY_SIZE=router.limit,
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
)


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show the button; only this page's form may press it."""
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return HttpResponse(f'<form method="post" action="/buy">{token}<button>Buy</button></form>')


@require_POST
def buy(_request: HttpRequest) -> HttpResponse:
    """Send the payer to the gateway's page."""
    callback_url = os.environ["SHOP_ADDRESS"] + "/return"
    link = pinelabs.checkout.create(NewCheckout(order_amount=PRICE, callback_url=callback_url))
    return HttpResponseRedirect(str(link.redirect_url), status=303)


# The gateway's page posts the payer's browser here: from another site, so that no cookie of yours comes along
# and no CSRF token can be in the form. The signature, which only the gateway can make, stands in for it.
@csrf_exempt
@require_POST
def come_back(request: HttpRequest) -> HttpResponse:
    """Take the payer back, and say what became of it."""
    try:
        returned = return_url.verify(request.POST, os.environ["PINELABS_RETURN_URL_SECRET"])
    except SignatureError as error:
        return HttpResponse(error.reason, status=400)
    return HttpResponse("Thank you!" if ship_if_paid(returned.order_id) else "This was not paid.")


# The gateway's server has neither cookies nor a token: a webhook is believed for its signature alone.
@csrf_exempt
@require_POST
def take_webhook(request: HttpRequest) -> HttpResponse:
    """Take a webhook."""
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse("the delivery is too large", status=413)
    answer = router.handle(body, request.headers)
    return HttpResponse(answer.text, status=answer.status)


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
            logging.getLogger(__name__).warning("shipping %s", order.order_id)
    return True


urlpatterns = [
    path("", front),
    path("buy", buy),
    path("return", come_back),
    path("webhooks/pinelabs", take_webhook),
]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
