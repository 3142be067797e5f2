"""EMI offers: what a purchase costs with each lender and tenure, and how the gateway writes it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import attrs

from pinelabs_async.sandbox.gateway.emi import Emi, standard, subvened
from pinelabs_async.sandbox.gateway.lenders import MONTHS, Deal, Lender, OfferIds, Product
from pinelabs_async.sandbox.gateway.orders import allot
from pinelabs_async.sandbox.state import Amount, Json


@attrs.frozen(kw_only=True)
class Item:
    """One product of a brand in a purchase; amounts in paisa."""

    product: Product
    amount: int
    coupon: int | None = None


@attrs.frozen(kw_only=True)
class Purchase:
    """What is to be paid by EMI: `order_amount` is after coupons, before discounts and down payment."""

    order_amount: Amount
    items: tuple[Item, ...] = ()
    down_payment: int = 0
    cart_coupon: int | None = None

    @property
    def price(self) -> int:
        """What is left to be paid by EMI."""
        return self.order_amount.value - self.down_payment

    def shares(self, amount: int) -> list[int]:
        """Spread an amount over the items in order; what is left is of other products."""
        return allot(amount, [item.amount for item in self.items])

    def money(self, value: int) -> Json:
        """Return paisa as the gateway writes them."""
        return Amount(value, self.order_amount.currency).as_json()


def issuer_json(lender: Lender, purchase: Purchase) -> Json:
    """Return a lender with everything it offers."""
    return {
        "id": lender.id,
        "name": lender.name,
        "display_name": lender.display_name,
        "issuer_type": lender.issuer_type,
        "priority": lender.priority,
        "tenures": [tenure_json(lender, tenure_id, purchase) for tenure_id in MONTHS],
        "issuer_data": lender.issuer_data,
    }


def tenure_json(lender: Lender, tenure_id: str, purchase: Purchase) -> Json:
    """Return one tenure of a lender, with all that is known of it from the beginning."""
    months, money = MONTHS[tenure_id], purchase.money
    parts = _parts(lender, months, purchase)
    deal = _deal(lender, months, purchase)
    if deal is not None and deal.kind == "INSTANT":
        parts = [standard(purchase.price - deal.amount, lender.rate, months, lender.rounding)]
    loan, total = sum(part.loan for part in parts), sum(part.total for part in parts)
    discount = (
        _discount(deal, purchase) if deal else _brands(purchase, sum(part.subvention for part in parts))
    )
    return {
        "tenure_id": tenure_id,
        "name": f"{months} Months",
        "tenure_type": "MONTH",
        "tenure_value": months,
        "issuer_offer_parameters": [_ids_json(ids) for ids in _ids(lender, purchase, deal)],
        "details": list(_details(lender, purchase, parts)),
        "discount": discount,
        # What is taken off at once is not lent: the card pays the loan.
        "auth_amount": money(loan),
        "loan_amount": money(loan),
        **_extras(purchase, discount),
        # Published samples have the instalments here, without fee.
        "net_payment_amount": money(total),
        "monthly_emi_amount": money(sum(part.monthly for part in parts)),
        "total_emi_amount": money(total),
        "interest_amount": money(total - loan),
        "interest_rate_percentage": _number(lender.rate),
        "processing_fee_details": {"amount": money(lender.fee)},
        "emi_type": _emi_type(parts),
    }


def _parts(lender: Lender, months: int, purchase: Purchase) -> list[Emi]:
    """Return what each item costs, and at the end the other products together, where there are any."""
    shares = purchase.shares(purchase.price)
    rates = [item.product.brand.payer_rates.get(months) for item in purchase.items]
    parts = [_emi(lender, share, months, rate) for share, rate in zip(shares, rates, strict=True)]
    rest = purchase.price - sum(shares)
    return [*parts, _emi(lender, rest, months, None)] if rest else parts


def _emi(lender: Lender, price: int, months: int, payer_rate: Decimal | None) -> Emi:
    if payer_rate is None:
        return standard(price, lender.rate, months, lender.rounding)
    return subvened(price, lender.rate, payer_rate, months, lender.rounding)


def _deal(lender: Lender, months: int, purchase: Purchase) -> Deal | None:
    """Return the merchant's discount: none beside an offer of a brand."""
    deal = lender.deals.get(months)
    if deal is None or purchase.items or purchase.price < deal.from_amount:
        return None
    return deal


def _ids(lender: Lender, purchase: Purchase, deal: Deal | None) -> Iterator[OfferIds]:
    yield lender.brand_ids if purchase.items else lender.ids
    if deal is not None:
        yield deal.ids


def _ids_json(ids: OfferIds) -> Json:
    return {
        "program_type": ids.program_type,
        "offer_id": ids.offer_id,
        "offer_parameter_id": ids.parameter_id,
    }


def _discount(deal: Deal, purchase: Purchase) -> Json:
    if deal.percentage is None:
        return {"discount_type": deal.kind, "amount": purchase.money(deal.amount)}
    share = int(purchase.price * deal.percentage / 100)
    return {
        "discount_type": deal.kind,
        "percentage": _number(deal.percentage),
        "amount": purchase.money(min(share, deal.most)),
        "max_amount": purchase.money(deal.most),
        "discount_deferred_duration_value": deal.after_days,
        "discount_deferred_duration_type": "DAY",
    }


def _brands(purchase: Purchase, subvention: int) -> Json:
    """Return the interest that brands bear: it is taken off at once, and `details` have each one's part."""
    if not subvention:
        return {}
    amount = purchase.money(subvention)
    return {"discount_type": "INSTANT", "amount": amount, "breakup": {"brand": {"amount": amount}}}


def _extras(purchase: Purchase, discount: Json) -> Json:
    """Return the members that only some tenures have."""
    money, extras = purchase.money, dict[str, Json]()
    # A deferred discount takes nothing off.
    if discount.get("discount_type") == "INSTANT":
        extras["total_discount_amount"] = discount["amount"]
    if purchase.down_payment:
        extras["downpayment_details"] = {"downpayment_amount": money(purchase.down_payment)}
        extras["total_down_payment_amount"] = money(purchase.down_payment)
    coupons = [purchase.cart_coupon, *(item.coupon for item in purchase.items)]
    if purchase.cart_coupon is not None:
        extras["cart_coupon_discount_amount"] = money(purchase.cart_coupon)
    if any(coupon is not None for coupon in coupons):
        extras["total_coupon_discount"] = money(sum(filter(None, coupons)))
    return extras


def _details(lender: Lender, purchase: Purchase, parts: Sequence[Emi]) -> Iterator[Json]:
    money = purchase.money
    before = purchase.shares(purchase.order_amount.value)
    for item, part, whole in zip(purchase.items, parts, before, strict=False):
        brand = item.product.brand
        detail: Json = {
            "product_code": item.product.code,
            "product_display_name": item.product.name,
            "brand_id": brand.id,
            "brand_name": brand.name,
            "product_offer_parameters": [_ids_json(lender.brand_ids)],
            "product_amount": money(item.amount),
            "interest_amount": money(part.interest),
            "interest_rate": _number(lender.rate),
        }
        if item.coupon is not None:
            detail["product_coupon_discount_amount"] = money(item.coupon)
        if purchase.down_payment:
            detail["downpayment_amount"] = money(whole - part.price)
            detail["after_downpayment_reduced_product_amount"] = money(part.price)
        if part.subvention:
            detail["subvention"] = {
                "subvention_type": "INSTANT",
                "offer_type": _emi_type([part]),
                "amount": money(part.subvention),
                "breakup": {"brand": {"amount": money(part.subvention)}},
            }
        yield detail


def _emi_type(parts: Sequence[Emi]) -> str:
    if not any(part.subvention for part in parts):
        return "STANDARD"
    return "NO_COST" if all(part.total == part.price for part in parts) else "LOW_COST"


def _number(value: Decimal) -> int | float:
    whole = int(value)
    return whole if whole == value else float(value)
