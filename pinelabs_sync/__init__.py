"""Take payments with Pine Labs Online (Plural), blocking. ``pinelabs_async`` has the same names, awaited."""

from typing import TYPE_CHECKING, Any

import pinelabs_async

if TYPE_CHECKING:
    from pinelabs_async.api import OPERATIONS as OPERATIONS
    from pinelabs_async.api.auth import (
        Credentials as Credentials,
        Token as Token,
    )
    from pinelabs_async.api.common import (
        AccountDetails as AccountDetails,
        Address as Address,
        BankDetails as BankDetails,
        CartDetails as CartDetails,
        CartItem as CartItem,
        Customer as Customer,
        IntegrationMode as IntegrationMode,
        OrderStatus as OrderStatus,
        OrderType as OrderType,
        PaymentMethod as PaymentMethod,
        Product as Product,
        PurchaseDetails as PurchaseDetails,
        SplitDetail as SplitDetail,
        SplitInfo as SplitInfo,
    )
    from pinelabs_async.api.order_object import (
        AcquirerData as AcquirerData,
        CaptureData as CaptureData,
        CardData as CardData,
        ErrorDetail as ErrorDetail,
        NetbankingData as NetbankingData,
        Order as Order,
        PaidWith as PaidWith,
        Payer as Payer,
        Payment as Payment,
        PaymentStatus as PaymentStatus,
        Refund as Refund,
        RefundStatus as RefundStatus,
        UpiData as UpiData,
    )
    from pinelabs_async.api.orders import (
        Capture as Capture,
        NewOrder as NewOrder,
    )
    from pinelabs_async.api.payments import (
        CardDetails as CardDetails,
        CardOption as CardOption,
        CardTender as CardTender,
        CardlessDetails as CardlessDetails,
        CardlessEmiTender as CardlessEmiTender,
        CardlessOption as CardlessOption,
        NewPayment as NewPayment,
        OtherTender as OtherTender,
        Tender as Tender,
    )
    from pinelabs_async.api.refunds import (
        NewRefund as NewRefund,
        RefundProduct as RefundProduct,
    )
    from pinelabs_async.errors import (
        ApiError as ApiError,
        AuthenticationError as AuthenticationError,
        ConfigurationError as ConfigurationError,
        ConflictError as ConflictError,
        DuplicateRequestError as DuplicateRequestError,
        InvalidRequestError as InvalidRequestError,
        NoAnswerError as NoAnswerError,
        NotFoundError as NotFoundError,
        NotSentError as NotSentError,
        OutcomeUnknownError as OutcomeUnknownError,
        PaymentDeclinedError as PaymentDeclinedError,
        PermissionDeniedError as PermissionDeniedError,
        PineLabsError as PineLabsError,
        RateLimitError as RateLimitError,
        ServerError as ServerError,
        SignatureError as SignatureError,
        WaitError as WaitError,
    )
    from pinelabs_async.incoming.return_url import ReturnedOrder as ReturnedOrder
    from pinelabs_async.money import Money as Money
    from pinelabs_sync.session import Session as Session
    from pinelabs_async.wire.codec import (
        from_json as from_json,
        to_json as to_json,
    )
    from pinelabs_async.wire.operation import (
        Operation as Operation,
        Repeat as Repeat,
    )
    from pinelabs_async.wire.redact import Secret as Secret
    from pinelabs_async.wire.shape import Problem as Problem
    from pinelabs_async.incoming import return_url as return_url

__all__ = [
    "AccountDetails",
    "AcquirerData",
    "Address",
    "ApiError",
    "AuthenticationError",
    "BankDetails",
    "Capture",
    "CaptureData",
    "CardData",
    "CardDetails",
    "CardOption",
    "CardTender",
    "CardlessDetails",
    "CardlessEmiTender",
    "CardlessOption",
    "CartDetails",
    "CartItem",
    "ConfigurationError",
    "ConflictError",
    "Credentials",
    "Customer",
    "DuplicateRequestError",
    "ErrorDetail",
    "IntegrationMode",
    "InvalidRequestError",
    "Money",
    "NetbankingData",
    "NewOrder",
    "NewPayment",
    "NewRefund",
    "NoAnswerError",
    "NotFoundError",
    "NotSentError",
    "OPERATIONS",
    "Operation",
    "Order",
    "OrderStatus",
    "OrderType",
    "OtherTender",
    "OutcomeUnknownError",
    "PaidWith",
    "Payer",
    "Payment",
    "PaymentDeclinedError",
    "PaymentMethod",
    "PaymentStatus",
    "PermissionDeniedError",
    "PineLabsError",
    "Problem",
    "Product",
    "PurchaseDetails",
    "RateLimitError",
    "Refund",
    "RefundProduct",
    "RefundStatus",
    "Repeat",
    "ReturnedOrder",
    "Secret",
    "ServerError",
    "Session",
    "SignatureError",
    "SplitDetail",
    "SplitInfo",
    "Tender",
    "Token",
    "UpiData",
    "WaitError",
    "from_json",
    "return_url",
    "to_json",
]


def __getattr__(name: str) -> Any:  # Any: a module's names have any type, and the imports above say which
    if name == "Session":
        from pinelabs_sync.session import Session  # noqa: PLC0415  # only when it is used

        return Session
    if name not in __all__:
        raise AttributeError(f"module 'pinelabs_sync' has no attribute {name!r}")
    return getattr(pinelabs_async, name)


def __dir__() -> list[str]:
    return __all__
