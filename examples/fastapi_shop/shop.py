"""A shop with one thing to sell: hosted checkout, seamless payment, the payer's return, webhooks, refund."""

import os
import secrets
from collections.abc import Callable
from typing import Annotated

import attrs
import pages
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse
from sales import PRICE, Sale, Sales, look
from starlette.routing import Route

from pinelabs_async import (
    ConflictError,
    DuplicateRequestError,
    InvalidRequestError,
    NetbankingDetails,
    NetbankingOption,
    NetbankingTender,
    NewCheckout,
    NewOrder,
    NewPayment,
    NewRefund,
    Order,
    OrderEvent,
    RefundEvent,
    ReturnedOrder,
    Session,
    WebhookRouter,
)
from pinelabs_async.incoming.fastapi import current_session, returned_order, session_lifespan, webhook_app

PineLabs = Annotated[Session, Depends(current_session)]


@attrs.frozen
class Settings:
    """What the shop must know."""

    address: str
    """Where payers and the gateway reach it."""
    webhook_secret: str
    return_url_secret: str
    open_session: Callable[[], Session]


def from_env() -> FastAPI:
    """Make the shop for ``uvicorn --factory shop:from_env``."""
    return make_shop(
        Settings(
            address=os.environ["SHOP_ADDRESS"],
            webhook_secret=os.environ["PINELABS_WEBHOOK_SECRET"],
            return_url_secret=os.environ["PINELABS_RETURN_URL_SECRET"],
            open_session=Session.from_env,
        )
    )


def make_shop(settings: Settings) -> FastAPI:
    """Make the application."""
    # With several workers: store=SQLiteReplayStore("webhooks.db"), or RedisReplayStore on several machines.
    router = WebhookRouter(settings.webhook_secret)
    app = FastAPI(title="A shop", lifespan=session_lifespan(settings.open_session, router))
    app.state.sales = sales = Sales()
    app.include_router(buying(sales, f"{settings.address}/return"))
    app.include_router(returning(sales, settings.return_url_secret))
    app.include_router(bought(sales))
    take_webhooks(app, router, sales)
    return app


def buying(sales: Sales, callback_url: str) -> APIRouter:
    """The front page and its two buttons."""
    routes = APIRouter()

    @routes.get("/", response_class=HTMLResponse)
    async def front() -> str:
        return pages.front(PRICE, sales.values())

    @routes.post("/buy/hosted")
    async def buy_hosted(pinelabs: PineLabs) -> RedirectResponse:
        number = secrets.token_hex(8)
        link = await pinelabs.checkout.create(
            NewCheckout(merchant_order_reference=number, order_amount=PRICE, callback_url=callback_url)
        )
        sales[number] = Sale(number, link.order_id)
        return RedirectResponse(str(link.redirect_url), 303)

    @routes.post("/buy/seamless")
    async def buy_seamless(pinelabs: PineLabs) -> RedirectResponse:
        number = secrets.token_hex(8)
        order = await pinelabs.orders.create(
            NewOrder(merchant_order_reference=number, order_amount=PRICE, callback_url=callback_url)
        )
        sales[number] = Sale(number, order.order_id)
        bank = NetbankingOption(netbanking_details=NetbankingDetails(pay_code="NB1531", txn_mode="REDIRECT"))
        tender = NetbankingTender(payment_amount=PRICE, payment_option=bank)
        order = await pinelabs.payments.create(order.order_id, NewPayment(payments=[tender]))
        return RedirectResponse(str(order.challenge_url), 303)

    return routes


def returning(sales: Sales, return_url_secret: str) -> APIRouter:
    """The page that the gateway sends the payer's browser back to."""
    routes = APIRouter()
    verified = Depends(returned_order(return_url_secret))

    @routes.post("/return")
    async def come_back(returned: Annotated[ReturnedOrder, verified], pinelabs: PineLabs) -> RedirectResponse:
        sale = sales.of_order(returned.order_id)
        if sale is None:
            raise HTTPException(404, "there is no such purchase")
        await look(pinelabs, sale)
        return RedirectResponse(f"/purchases/{sale.number}", 303)

    return routes


def bought(sales: Sales) -> APIRouter:
    """What the payer sees, and may do, afterwards. A real shop asks who is there first."""
    routes = APIRouter(prefix="/purchases/{number}")

    def find(number: str) -> Sale:
        if number not in sales:
            raise HTTPException(404, "there is no such purchase")
        return sales[number]

    @routes.get("", response_class=HTMLResponse)
    async def purchase(sale: Annotated[Sale, Depends(find)], pinelabs: PineLabs) -> str:
        await look(pinelabs, sale)
        return pages.purchase(sale, PRICE)

    @routes.get("/order")
    async def order(sale: Annotated[Sale, Depends(find)], pinelabs: PineLabs) -> Order:
        return await pinelabs.orders.get(sale.order_id)

    @routes.post("/refund")
    async def refund(sale: Annotated[Sale, Depends(find)], pinelabs: PineLabs) -> RedirectResponse:
        # The reference is made of the purchase: whoever presses twice gets the money back once.
        body = NewRefund(merchant_order_reference=f"{sale.number}-refund", order_amount=PRICE)
        try:
            await pinelabs.refunds.create(sale.order_id, body)
        except (DuplicateRequestError, ConflictError, InvalidRequestError) as error:
            raise HTTPException(409, error.message) from error
        return RedirectResponse(f"/purchases/{sale.number}", 303)

    return routes


def take_webhooks(app: FastAPI, router: WebhookRouter, sales: Sales) -> None:
    """What the gateway tells, also when the payer's browser never comes back."""

    async def look_again(order_id: str) -> None:
        sale = sales.of_order(order_id)
        if sale is not None:
            await look(app.state.pinelabs, sale)

    @router.on("ORDER_PROCESSED", "ORDER_FAILED", "ORDER_CANCELLED", "PAYMENT_FAILED")
    async def order_changed(event: OrderEvent) -> None:
        await look_again(event.data.order_id)

    @router.on("REFUND_PROCESSED")
    async def refunded(event: RefundEvent) -> None:
        await look_again(event.data.parent_order_id or event.data.order_id)

    app.router.routes.append(Route("/webhooks/pinelabs", webhook_app(router)))
