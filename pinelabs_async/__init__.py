"""Take payments with Pine Labs Online (Plural), awaited. ``pinelabs_sync`` has the same names, blocking."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinelabs_async.api import OPERATIONS as OPERATIONS
    from pinelabs_async.api.auth import (
        Credentials as Credentials,
    )
    from pinelabs_async.api.auth import (
        Token as Token,
    )
    from pinelabs_async.api.common import (
        AccountDetails as AccountDetails,
    )
    from pinelabs_async.api.common import (
        Address as Address,
    )
    from pinelabs_async.api.common import (
        BankDetails as BankDetails,
    )
    from pinelabs_async.api.common import (
        CartDetails as CartDetails,
    )
    from pinelabs_async.api.common import (
        CartItem as CartItem,
    )
    from pinelabs_async.api.common import (
        Customer as Customer,
    )
    from pinelabs_async.api.common import (
        IntegrationMode as IntegrationMode,
    )
    from pinelabs_async.api.common import (
        OrderStatus as OrderStatus,
    )
    from pinelabs_async.api.common import (
        OrderType as OrderType,
    )
    from pinelabs_async.api.common import (
        PaymentMethod as PaymentMethod,
    )
    from pinelabs_async.api.common import (
        Product as Product,
    )
    from pinelabs_async.api.common import (
        PurchaseDetails as PurchaseDetails,
    )
    from pinelabs_async.api.common import (
        SplitDetail as SplitDetail,
    )
    from pinelabs_async.api.common import (
        SplitInfo as SplitInfo,
    )
    from pinelabs_async.api.order_object import (
        AcquirerData as AcquirerData,
    )
    from pinelabs_async.api.order_object import (
        CaptureData as CaptureData,
    )
    from pinelabs_async.api.order_object import (
        CardData as CardData,
    )
    from pinelabs_async.api.order_object import (
        ErrorDetail as ErrorDetail,
    )
    from pinelabs_async.api.order_object import (
        NetbankingData as NetbankingData,
    )
    from pinelabs_async.api.order_object import (
        Order as Order,
    )
    from pinelabs_async.api.order_object import (
        PaidWith as PaidWith,
    )
    from pinelabs_async.api.order_object import (
        Payer as Payer,
    )
    from pinelabs_async.api.order_object import (
        Payment as Payment,
    )
    from pinelabs_async.api.order_object import (
        PaymentStatus as PaymentStatus,
    )
    from pinelabs_async.api.order_object import (
        Refund as Refund,
    )
    from pinelabs_async.api.order_object import (
        RefundStatus as RefundStatus,
    )
    from pinelabs_async.api.order_object import (
        UpiData as UpiData,
    )
    from pinelabs_async.api.orders import (
        Capture as Capture,
    )
    from pinelabs_async.api.orders import (
        NewOrder as NewOrder,
    )
    from pinelabs_async.api.payments import (
        CardDetails as CardDetails,
    )
    from pinelabs_async.api.payments import (
        CardlessDetails as CardlessDetails,
    )
    from pinelabs_async.api.payments import (
        CardlessEmiTender as CardlessEmiTender,
    )
    from pinelabs_async.api.payments import (
        CardlessOption as CardlessOption,
    )
    from pinelabs_async.api.payments import (
        CardOption as CardOption,
    )
    from pinelabs_async.api.payments import (
        CardTender as CardTender,
    )
    from pinelabs_async.api.payments import (
        NewPayment as NewPayment,
    )
    from pinelabs_async.api.payments import (
        OtherTender as OtherTender,
    )
    from pinelabs_async.api.payments import (
        Tender as Tender,
    )
    from pinelabs_async.api.refunds import (
        NewRefund as NewRefund,
    )
    from pinelabs_async.api.refunds import (
        RefundProduct as RefundProduct,
    )
    from pinelabs_async.errors import (
        ApiError as ApiError,
    )
    from pinelabs_async.errors import (
        AuthenticationError as AuthenticationError,
    )
    from pinelabs_async.errors import (
        ConfigurationError as ConfigurationError,
    )
    from pinelabs_async.errors import (
        ConflictError as ConflictError,
    )
    from pinelabs_async.errors import (
        DuplicateRequestError as DuplicateRequestError,
    )
    from pinelabs_async.errors import (
        InvalidRequestError as InvalidRequestError,
    )
    from pinelabs_async.errors import (
        NoAnswerError as NoAnswerError,
    )
    from pinelabs_async.errors import (
        NotFoundError as NotFoundError,
    )
    from pinelabs_async.errors import (
        NotSentError as NotSentError,
    )
    from pinelabs_async.errors import (
        OutcomeUnknownError as OutcomeUnknownError,
    )
    from pinelabs_async.errors import (
        PaymentDeclinedError as PaymentDeclinedError,
    )
    from pinelabs_async.errors import (
        PermissionDeniedError as PermissionDeniedError,
    )
    from pinelabs_async.errors import (
        PineLabsError as PineLabsError,
    )
    from pinelabs_async.errors import (
        RateLimitError as RateLimitError,
    )
    from pinelabs_async.errors import (
        ServerError as ServerError,
    )
    from pinelabs_async.errors import (
        SignatureError as SignatureError,
    )
    from pinelabs_async.errors import (
        WaitError as WaitError,
    )
    from pinelabs_async.incoming import return_url as return_url
    from pinelabs_async.incoming.return_url import ReturnedOrder as ReturnedOrder
    from pinelabs_async.money import Money as Money
    from pinelabs_async.session import Session as Session
    from pinelabs_async.wire.codec import (
        from_json as from_json,
    )
    from pinelabs_async.wire.codec import (
        to_json as to_json,
    )
    from pinelabs_async.wire.operation import (
        Operation as Operation,
    )
    from pinelabs_async.wire.operation import (
        Repeat as Repeat,
    )
    from pinelabs_async.wire.redact import Secret as Secret
    from pinelabs_async.wire.shape import Problem as Problem

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

# Names are imported when they are first used: a program that takes orders does not pay for payouts.
_WHERE = {
    "api": ("OPERATIONS",),
    "api.auth": ("Credentials", "Token"),
    "api.common": (
        "AccountDetails",
        "Address",
        "BankDetails",
        "CartDetails",
        "CartItem",
        "Customer",
        "IntegrationMode",
        "OrderStatus",
        "OrderType",
        "PaymentMethod",
        "Product",
        "PurchaseDetails",
        "SplitDetail",
        "SplitInfo",
    ),
    "api.order_object": (
        "AcquirerData",
        "CaptureData",
        "CardData",
        "ErrorDetail",
        "NetbankingData",
        "Order",
        "PaidWith",
        "Payer",
        "Payment",
        "PaymentStatus",
        "Refund",
        "RefundStatus",
        "UpiData",
    ),
    "api.orders": ("Capture", "NewOrder"),
    "api.payments": (
        "CardDetails",
        "CardOption",
        "CardTender",
        "CardlessDetails",
        "CardlessEmiTender",
        "CardlessOption",
        "NewPayment",
        "OtherTender",
        "Tender",
    ),
    "api.refunds": ("NewRefund", "RefundProduct"),
    "errors": (
        "ApiError",
        "AuthenticationError",
        "ConfigurationError",
        "ConflictError",
        "DuplicateRequestError",
        "InvalidRequestError",
        "NoAnswerError",
        "NotFoundError",
        "NotSentError",
        "OutcomeUnknownError",
        "PaymentDeclinedError",
        "PermissionDeniedError",
        "PineLabsError",
        "RateLimitError",
        "ServerError",
        "SignatureError",
        "WaitError",
    ),
    "incoming.return_url": ("ReturnedOrder",),
    "money": ("Money",),
    "session": ("Session",),
    "wire.codec": ("from_json", "to_json"),
    "wire.operation": ("Operation", "Repeat"),
    "wire.redact": ("Secret",),
    "wire.shape": ("Problem",),
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}


def __getattr__(name: str) -> Any:  # Any: a module's names have any type, and the imports above say which
    if name == "return_url":
        return importlib.import_module("pinelabs_async.incoming.return_url")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'pinelabs_async' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"pinelabs_async.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
