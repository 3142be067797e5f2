"""What was bought, and the one place where a purchase moves on."""

import attrs

from pinelabs_async import Money, Session

PRICE = Money.from_rupees("1499.00")


@attrs.define
class Sale:
    """One purchase."""

    number: str
    order_id: str
    status: str = "CREATED"
    shipped: int = 0


class Sales(dict[str, Sale]):
    """All purchases by number: in a real shop, a table of its database."""

    def of_order(self, order_id: str) -> Sale | None:
        """Find the purchase that an order of the gateway pays."""
        return next((sale for sale in self.values() if sale.order_id == order_id), None)


async def look(pinelabs: Session, sale: Sale) -> None:
    """Read the order, and ship if it is paid.

    Whoever tells that it was paid, a browser or a webhook, is only a reason to look.
    """
    order = await pinelabs.orders.get(sale.order_id)
    sale.status = order.status
    # Nothing is awaited between the question and the mark, so that two who look at once ship once;
    # with a database: UPDATE ... SET shipped = 1 WHERE shipped = 0, and ship if it changed a row.
    if order.status == "PROCESSED" and order.order_amount == PRICE and not sale.shipped:
        sale.shipped += 1
