"""Which operation each recorded sample belongs to: one row a file.

The operation tells the class of the body, the class of the answer, and the member that the answer is in.
"""

from pinelabs_async import errors
from tests.api.round_trip import Form

BODIES = {
    "affordability-suite/create-cardless-offer-discovery-legacy.request.json": "affordability.discover_cardless_offers",
    "affordability-suite/create-cardless-offer-discovery.request.json": "affordability.discover_cardless_offers",
    "affordability-suite/create-down-payment-details.request.json": "affordability.down_payment_details",
    "affordability-suite/create-imei-validation-blocking.request.json": "affordability.validate_imei",
    "affordability-suite/create-offer-discovery-bank-emi.request.json": "affordability.discover_offers",
    "affordability-suite/create-offer-discovery-brand-emi.request.json": "affordability.discover_offers",
    "affordability-suite/create-offer-discovery-issuer-bin.request.json": "affordability.discover_offers",
    "affordability-suite/create-offer-discovery-v2.request.json": "affordability.discover_offers_v2",
    "affordability-suite/offer-validation-create.request.json": "affordability.validate_offer",
    "apple-pay/authorize-apple-pay-payment.request.json": "payments.authorize_apple_pay",
    "auth/generate-token.request.json": "auth.generate_token",
    "bnpl/check-bnpl-eligibility.request.json": "bnpl.check_eligibility",
    "brand-wallet/add-money-gift-card.request.json": "brand_wallets.add_money",
    "brand-wallet/add-money-upi-collect.request.json": "brand_wallets.add_money",
    "brand-wallet/create-brand-wallet.request.json": "brand_wallets.create",
    "brand-wallet/get-brand-wallet-balance.request.json": "brand_wallets.balance",
    "brand-wallet/load-brand-wallet.request.json": "brand_wallets.load",
    "brand-wallet/validate-brand-wallet.request.json": "brand_wallets.validate",
    "card-payments/decoupled-authorize.request.json": "payments.authorize",
    "card-payments/generate-otp.request.json": "payments.generate_otp",
    "card-payments/get-card-details.request.json": "payments.card_details",
    "card-payments/resend-otp.request.json": "payments.resend_otp",
    "card-payments/submit-otp.request.json": "payments.submit_otp",
    "checkout/generate-checkout-link-default-mode.request.json": "checkout.create",
    "checkout/generate-checkout-link-iframe.request.json": "checkout.create",
    "checkout/generate-checkout-link-redirect.request.json": "checkout.create",
    "convenience-fee/calculate-convenience-fee.request.json": "convenience_fees.calculate",
    "customers/create.request.json": "customers.create",
    "e-challans/create-challan.request.json": "challans.create",
    "international-payments/capture-invoice-supplier.request.json": "invoices.create",
    "international-payments/capture-invoice.request.json": "invoices.create",
    "international-payments/compute-tcs.request.json": "international.compute_tcs",
    "international-payments/create-awb.request.json": "awbs.create",
    "international-payments/currency-conversion.request.json": "international.convert_currency",
    "orders/capture-order-full.request.json": "orders.capture",
    "orders/capture-order-partial.request.json": "orders.capture",
    "orders/create-order-cardless-emi.request.json": "orders.create",
    "orders/create-order-tpv.request.json": "orders.create",
    "orders/create-order.request.json": "orders.create",
    "pay-by-points/check-point-balance.request.json": "points.balance",
    "pay-by-points/get-payment-option-upi-vpa.request.json": "points.balance",
    "payment-links/create-full.request.json": "payment_links.create",
    "payment-links/create-minimal.request.json": "payment_links.create",
    "payments/create-payment-bnpl.request.json": "payments.create",
    "payments/create-payment-card-and-points.request.json": "payments.create",
    "payments/create-payment-card-network-token.request.json": "payments.create",
    "payments/create-payment-card-save.request.json": "payments.create",
    "payments/create-payment-card-with-convenience-fee.request.json": "payments.create",
    "payments/create-payment-cardless-emi-with-offer-legacy.request.json": "payments.create",
    "payments/create-payment-cardless-emi.request.json": "payments.create",
    "payments/create-payment-debit-emi.request.json": "payments.create",
    "payments/create-payment-netbanking-tpv.request.json": "payments.create",
    "payments/create-payment-netbanking.request.json": "payments.create",
    "payments/create-payment-upi-collect.request.json": "payments.create",
    "payments/create-payment-upi-intent-mandate.request.json": "payments.create",
    "payments/create-payment-upi-intent-qr.request.json": "payments.create",
    "payments/create-payment-upi-intent.request.json": "payments.create",
    "payments/create-payment-wallet.request.json": "payments.create",
    "payouts/create-imps.request.json": "payouts.create",
    "payouts/update-scheduled.request.json": "payouts.reschedule",
    "refunds/create-refund.request.json": "refunds.create",
    "split-settlements/create-order-split.request.json": "orders.create",
    "split-settlements/release.request.json": "split_settlements.release",
    "subscriptions/create-debit-guide.request.json": "presentations.execute",
    "subscriptions/create-debit.request.json": "presentations.execute",
    "subscriptions/create-payment-mandate-intent.request.json": "payments.create",
    "subscriptions/create-plan.request.json": "plans.create",
    "subscriptions/create-presentation.request.json": "presentations.create",
    "subscriptions/create-subscription-redirect.request.json": "subscriptions.create",
    "subscriptions/merchant-retry.request.json": "presentations.retry",
    "subscriptions/notify.request.json": "presentations.notify",
    "subscriptions/update-plan.request.json": "plans.update",
    "subscriptions/update-subscription.request.json": "subscriptions.update",
    "tokens/delete-customer-token.request.json": "customer_tokens.delete",
    "tokens/generate-card-token.request.json": "tokens.create",
    "tokens/generate-cryptogram.request.json": "tokens.create_cryptogram",
    "upi-reserve-pay/create-sbmd-subscription.request.json": "reserve_pay.create",
}
ANSWERS = {
    "affordability-suite/create-cardless-offer-discovery.response.json": "affordability.discover_cardless_offers",
    "affordability-suite/create-offer-discovery-bank-emi.response.json": "affordability.discover_offers",
    "affordability-suite/offer-validation-create.response.json": "affordability.validate_offer",
    "auth/generate-token-expires-in.response.json": "auth.generate_token",
    "auth/generate-token.response.json": "auth.generate_token",
    "bnpl/check-bnpl-eligibility.response.json": "bnpl.check_eligibility",
    "brand-wallet/create-brand-wallet.response.json": "brand_wallets.create",
    "brand-wallet/get-brand-wallet-balance.response.json": "brand_wallets.balance",
    "brand-wallet/get-brand-wallet-history.response.json": "brand_wallets.history",
    "brand-wallet/reset-brand-wallet-pin.response.json": "brand_wallets.reset_pin",
    "brand-wallet/validate-brand-wallet.response.json": "brand_wallets.validate",
    "card-payments/generate-otp.response.json": "payments.generate_otp",
    "card-payments/get-card-details.response.json": "payments.card_details",
    "card-payments/resend-otp.response.json": "payments.resend_otp",
    "card-payments/submit-otp.response.json": "payments.submit_otp",
    "checkout/generate-checkout-link.response.json": "checkout.create",
    "convenience-fee/calculate-convenience-fee.response.json": "convenience_fees.calculate",
    "customers/create.response.json": "customers.create",
    "e-challans/create-challan.response.json": "challans.create",
    "e-challans/get-challan.response.json": "challans.get",
    "international-payments/compute-tcs.response.json": "international.compute_tcs",
    "international-payments/currency-conversion.response.json": "international.convert_currency",
    "international-payments/get-awb-by-id.response.json": "awbs.get",
    "international-payments/get-invoice-status.response.json": "invoices.get",
    "international-payments/upload-awb-file.response.json": "awbs.upload",
    "orders/capture-order.response.json": "orders.capture",
    "orders/create-order-cardless-emi.response.json": "orders.create",
    "orders/create-order-tpv.response.json": "orders.create",
    "orders/get-order-card-captured.response.json": "orders.get",
    "orders/get-order-cardless-emi.response.json": "orders.get",
    "orders/get-order-failed-no-error-detail.response.json": "orders.get",
    "orders/get-order-fully-refunded-netbanking.response.json": "orders.get",
    "pay-by-points/check-point-balance.response.json": "points.balance",
    "payment-links/create-full.response.json": "payment_links.create",
    "payment-links-legacy/create.response.json": "pay_by_links.create",
    "payment-links-legacy/get-status.response.json": "pay_by_links.status",
    "payment-links-legacy/resend.response.json": "pay_by_links.resend",
    "payments/create-payment-card-with-convenience-fee.response.json": "payments.create",
    "payments/create-payment-cardless-emi.response.json": "payments.create",
    "payments/create-payment-debit-emi.response.json": "payments.create",
    "payments/create-payment-upi-collect.response.json": "payments.create",
    "payments/create-payment-upi-intent-mandate.response.json": "payments.create",
    "payments/create-payment-upi-intent-qr.response.json": "payments.create",
    "payouts/create-imps.response.json": "payouts.create",
    "refunds/create-refund-legacy-guide.response.json": "refunds.create",
    "refunds/create-refund-split.response.json": "refunds.create",
    "refunds/create-refund.response.json": "refunds.create",
    "refunds/get-refund-order-points-mixed-case.response.json": "orders.get",
    "settlements/by-utr.response.json": "settlements.get",
    "settlements/list-trimmed.response.json": "settlements.list",
    "split-settlements/create-order-split.response.json": "orders.create",
    "split-settlements/release.response.json": "split_settlements.release",
    "subscriptions/create-debit.response.json": "presentations.execute",
    "subscriptions/create-payment-mandate-intent.response.json": "payments.create",
    "subscriptions/create-plan.response.json": "plans.create",
    "subscriptions/create-presentation.response.json": "presentations.create",
    "subscriptions/create-subscription-redirect.response.json": "subscriptions.create",
    "subscriptions/get-subscription.response.json": "subscriptions.get",
    "subscriptions/list-plans.response.json": "plans.list",
    "subscriptions/list-presentations.response.json": "presentations.list",
    "subscriptions/notify.response.json": "presentations.notify",
    "tokens/generate-card-token.response.json": "tokens.create",
    "tokens/generate-cryptogram.response.json": "tokens.create_cryptogram",
    "tokens/get-customer-tokens.response.json": "customer_tokens.list",
    "upi-reserve-pay/create-sbmd-subscription.response.json": "reserve_pay.create",
    "upi-reserve-pay/fetch-sbmd-subscription.response.json": "reserve_pay.get",
}
FORMS = {
    "payment-links-legacy/create.request.form": "pay_by_links.create",
    "payment-links-legacy/get-status.request.form": "pay_by_links.status",
    "payment-links-legacy/resend.request.form": "pay_by_links.resend",
}
QUERIES = {
    "brand-wallet/get-brand-wallet-history.query.json": "brand_wallets.history",
    "customers/get-details.query.json": "customers.find",
    "payouts/list.query.json": "payouts.list",
    "settlements/list.query.json": "settlements.list",
    "subscriptions/list-plans.query.json": "plans.list",
    "subscriptions/list-presentations.query.json": "presentations.list",
}
UPLOADS = {
    # they describe the part of a multipart body, which is no JSON body of a class
    "international-payments/upload-awb-file.request.json": "awbs.upload",
    "international-payments/upload-invoice-file.request.json": "invoices.upload",
}
RETURNS = (
    # what the payer's browser brings to the callback_url, so that no operation sends or answers it
    "checkout/return-url-failure.request.json",
    "checkout/return-url-success.request.json",
)
REFUSALS = {
    "errors/AMOUNT_LIMIT_EXCEEDED.json": errors.PaymentDeclinedError,
    "errors/API_RATE_LIMIT.json": errors.RateLimitError,
    "errors/CARD_EXPIRED.json": errors.PaymentDeclinedError,
    "errors/CARD_NOT_ENROLLED.json": errors.PaymentDeclinedError,
    "errors/CARD_VERIFICATION_FAILED.json": errors.PaymentDeclinedError,
    "errors/DUPLICATE_REQUEST-merchant-reference.json": errors.DuplicateRequestError,
    "errors/DUPLICATE_REQUEST.json": errors.DuplicateRequestError,
    "errors/INTERNAL_ERROR-crypto.json": errors.OutcomeUnknownError,
    "errors/INTERNAL_ERROR.json": errors.OutcomeUnknownError,
    "errors/INVALID_REQUEST-amount-max.json": errors.InvalidRequestError,
    "errors/INVALID_REQUEST-amount-min.json": errors.InvalidRequestError,
    "errors/INVALID_REQUEST-no-records.json": errors.InvalidRequestError,
    "errors/INVALID_REQUEST-payment-method.json": errors.InvalidRequestError,
    "errors/INVALID_REQUEST-reference-empty.json": errors.InvalidRequestError,
    "errors/OPERATION_NOT_ALLOWED.json": errors.ConflictError,
    "errors/ORDER_NOT_FOUND.json": errors.NotFoundError,
    "errors/PAYMENT_METHOD_NOT_ENABLED.json": errors.PermissionDeniedError,
    "errors/PAYMENT_RATE_LIMIT-velocity.json": errors.PaymentDeclinedError,
    "errors/TIMED_OUT.json": errors.OutcomeUnknownError,
    "errors/UNAUTHORIZED-without-code.json": errors.AuthenticationError,
    "errors/UNAUTHORIZED.json": errors.AuthenticationError,
    "errors/UNKNOWN_ERROR.json": errors.OutcomeUnknownError,
}
"""The error that a write raises; 5xx leave open whether it was carried out."""

STATUSES = "errors/index.json"
"""The HTTP status that each refusal came with: read by the test of refusals."""

ELSEWHERE = {
    "signatures": "worked vectors of signatures, neither body nor answer of an operation",
    "webhooks": "what the gateway sends to the merchant, neither body nor answer of an operation",
}
"""Folders that have tests of their own, with the reason."""

NO_FIELD = {
    # the guide's older form of execute; the reference takes the id or reference of what was announced
    "subscriptions/create-debit-guide.request.json": {"amount", "due_date", "subscription_id"},
}
"""Fields of bodies that no class has, so that they are kept in ``extra``."""

MISFITS = {
    # an older guide's answer: the charge with a list of its refunds, in place of the refund itself
    "refunds/create-refund-legacy-guide.response.json": {
        "$.refunds": Form.LOST,
        "$.status": Form.INVENTED,
    },
}
"""What of an answer does not come back from its class, place by place."""

PROBLEMS = {"refunds/create-refund-legacy-guide.response.json": ["$.data.status: missing"]}
"""What answers say that did not fit; all others say nothing."""
