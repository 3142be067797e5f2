"""What differs on purpose: by operation, place and reason.

A place is ``?`` for the query, ``$`` for the body. Before it stands what differs: ``+`` only this SDK sends it,
``-`` only the official one does, ``~`` the same value in another form. A value that changed is never on purpose.
"""

REFERENCE = "a payment without a reference is given one, for without it nobody could look it up"
SUBSCRIPTION = "the published body names the subscription as well as the path; theirs has it in the path only"
FIRST_PAGE = "the number of the first page is said, not left to a default that differs by listing"
DECOUPLED = "the official SDK has Apple Pay only, not decoupled authorisation"
GUIDE = "the body of the vendor's guide; theirs has no such argument"
DIGITS = "a reference is a text, also where a sample shows a number"

INTENDED = {
    "auth.generate_token": {"- authorization": "the call that gets the token has none to show"},
    "checkout.create": {"~ $.merchant_order_reference": DIGITS},
    "orders.create": {"~ $.merchant_order_reference": DIGITS},
    "payments.authorize": {
        "+ $.acquirer_payment_details": DECOUPLED,
        "+ $.authentication_type": DECOUPLED,
    },
    "payments.create": {"+ $.payments[].merchant_payment_reference": REFERENCE},
    "payouts.create_bulk": {
        "~ $.file": "the documented field has the file itself; theirs makes base64 of it"
    },
    "payouts.list": {"+ ?.page": FIRST_PAGE},
    "points.balance": {"+ $.payment_method": "a published body has it; theirs has no such argument"},
    "presentations.create": {"+ $.subscription_id": SUBSCRIPTION},
    "presentations.execute": {"+ $.subscription_id": GUIDE, "+ $.due_date": GUIDE, "+ $.amount": GUIDE},
    "reserve_pay.debit": {"+ $.subscription_id": SUBSCRIPTION},
    "settlements.list": {"+ ?.page": FIRST_PAGE},
}

UNMODELLED = {
    "payments.create": {
        "intrest_amount": "misspelt in the official SDK; samples and answers have interest_amount"
    },
    "reserve_pay.debit": {
        "due_date": "the reserve's own page has none; theirs is the call for presentations"
    },
}
"""Fields that the official SDK declares and this one does not, with the reason; they go out as ``extra``."""

TEXTS = "the official SDK declares texts where samples and pages have numbers, objects and lists"
OLDER = "the sample has the older name of a member that the official SDK demands"
UNREFERENCED = "the official SDK demands a reference"
REFUSED = {
    "affordability.discover_cardless_offers: affordability-suite/create-cardless-offer-discovery-legacy.request.json": OLDER,
    "affordability.validate_offer: affordability-suite/offer-validation-create.request.json": TEXTS,
    "affordability.validate_offer: every field of the official SDK": TEXTS,
    "affordability.validate_offer: validation with UPI": TEXTS,
    "checkout.create: checkout/generate-checkout-link-default-mode.request.json": DIGITS,
    "checkout.create: checkout/generate-checkout-link-iframe.request.json": DIGITS,
    "orders.create: orders/create-order-tpv.request.json": DIGITS,
    "payments.create: every field of the official SDK": TEXTS,
    "payments.create: payment by brand EMI": TEXTS,
    "payments.create: payment by saved card": "the official SDK demands a token, a saved card has its id",
    "payments.create: payments/create-payment-card-and-points.request.json": UNREFERENCED,
    "payments.create: payments/create-payment-card-network-token.request.json": UNREFERENCED,
    "payments.create: payments/create-payment-card-with-convenience-fee.request.json": UNREFERENCED,
    "payments.create: payments/create-payment-cardless-emi-with-offer-legacy.request.json": OLDER,
    "payments.create: payments/create-payment-debit-emi.request.json": TEXTS,
    "plans.create: every field of the official SDK": TEXTS,
    "plans.create: subscriptions/create-plan.request.json": TEXTS,
    "points.balance: pay-by-points/get-payment-option-upi-vpa.request.json": "the official SDK demands a points card",
}
"""Bodies that the official SDK's own classes refuse in part, and why; it is handed that part as plain data."""
