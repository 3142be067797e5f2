"""Take payments with Pine Labs Online (Plural), blocking. ``pinelabs_async`` has the same names, awaited."""

import importlib
from typing import TYPE_CHECKING, Any

import pinelabs_async

if TYPE_CHECKING:
    from pinelabs_async.api import OPERATIONS as OPERATIONS
    from pinelabs_async.api.affordability import (
        CardlessOfferDiscovery as CardlessOfferDiscovery,
    )
    from pinelabs_async.api.affordability import (
        DownPaymentCheck as DownPaymentCheck,
    )
    from pinelabs_async.api.affordability import (
        EmiProduct as EmiProduct,
    )
    from pinelabs_async.api.affordability import (
        IssuerFilter as IssuerFilter,
    )
    from pinelabs_async.api.affordability import (
        OfferDiscovery as OfferDiscovery,
    )
    from pinelabs_async.api.affordability import (
        OfferOption as OfferOption,
    )
    from pinelabs_async.api.affordability import (
        OfferToken as OfferToken,
    )
    from pinelabs_async.api.affordability import (
        OfferUpi as OfferUpi,
    )
    from pinelabs_async.api.affordability import (
        OfferUpiPayer as OfferUpiPayer,
    )
    from pinelabs_async.api.affordability import (
        OfferValidation as OfferValidation,
    )
    from pinelabs_async.api.affordability import (
        OfferVerdict as OfferVerdict,
    )
    from pinelabs_async.api.affordability import (
        ValidatedOffer as ValidatedOffer,
    )
    from pinelabs_async.api.auth import (
        Credentials as Credentials,
    )
    from pinelabs_async.api.auth import (
        Token as Token,
    )
    from pinelabs_async.api.awbs import (
        Awb as Awb,
    )
    from pinelabs_async.api.awbs import (
        AwbList as AwbList,
    )
    from pinelabs_async.api.awbs import (
        AwbStatus as AwbStatus,
    )
    from pinelabs_async.api.awbs import (
        NewAwb as NewAwb,
    )
    from pinelabs_async.api.awbs import (
        NewAwbs as NewAwbs,
    )
    from pinelabs_async.api.bnpl import (
        BnplCheck as BnplCheck,
    )
    from pinelabs_async.api.bnpl import (
        BnplEligibility as BnplEligibility,
    )
    from pinelabs_async.api.bnpl import (
        BnplInstallment as BnplInstallment,
    )
    from pinelabs_async.api.bnpl import (
        BnplMetadata as BnplMetadata,
    )
    from pinelabs_async.api.brand_wallets import (
        GiftCard as GiftCard,
    )
    from pinelabs_async.api.brand_wallets import (
        NewWallets as NewWallets,
    )
    from pinelabs_async.api.brand_wallets import (
        TopUpMode as TopUpMode,
    )
    from pinelabs_async.api.brand_wallets import (
        TopUpOption as TopUpOption,
    )
    from pinelabs_async.api.brand_wallets import (
        WalletCheck as WalletCheck,
    )
    from pinelabs_async.api.brand_wallets import (
        WalletLoad as WalletLoad,
    )
    from pinelabs_async.api.brand_wallets import (
        WalletOwner as WalletOwner,
    )
    from pinelabs_async.api.brand_wallets import (
        WalletTopUp as WalletTopUp,
    )
    from pinelabs_async.api.cards import (
        AcquirerPaymentDetails as AcquirerPaymentDetails,
    )
    from pinelabs_async.api.cards import (
        ApplePayAuthorization as ApplePayAuthorization,
    )
    from pinelabs_async.api.cards import (
        ApplePayCard as ApplePayCard,
    )
    from pinelabs_async.api.cards import (
        CardAuthorization as CardAuthorization,
    )
    from pinelabs_async.api.cards import (
        CardIdentifier as CardIdentifier,
    )
    from pinelabs_async.api.cards import (
        CardIdentifierType as CardIdentifierType,
    )
    from pinelabs_async.api.cards import (
        CardInfo as CardInfo,
    )
    from pinelabs_async.api.cards import (
        CardMetaData as CardMetaData,
    )
    from pinelabs_async.api.cards import (
        CardNetwork as CardNetwork,
    )
    from pinelabs_async.api.cards import (
        CardQuery as CardQuery,
    )
    from pinelabs_async.api.cards import (
        CardType as CardType,
    )
    from pinelabs_async.api.cards import (
        DecryptedCard as DecryptedCard,
    )
    from pinelabs_async.api.cards import (
        FoundCards as FoundCards,
    )
    from pinelabs_async.api.cards import (
        NewOtp as NewOtp,
    )
    from pinelabs_async.api.cards import (
        Otp as Otp,
    )
    from pinelabs_async.api.cards import (
        OtpResult as OtpResult,
    )
    from pinelabs_async.api.cards import (
        OtpSent as OtpSent,
    )
    from pinelabs_async.api.cards import (
        OtpStatus as OtpStatus,
    )
    from pinelabs_async.api.cards import (
        OtpStep as OtpStep,
    )
    from pinelabs_async.api.cards import (
        OtpTimes as OtpTimes,
    )
    from pinelabs_async.api.challans import (
        Challan as Challan,
    )
    from pinelabs_async.api.challans import (
        NewChallan as NewChallan,
    )
    from pinelabs_async.api.checkout import (
        CheckoutLink as CheckoutLink,
    )
    from pinelabs_async.api.checkout import (
        CheckoutPurchase as CheckoutPurchase,
    )
    from pinelabs_async.api.checkout import (
        NewCheckout as NewCheckout,
    )
    from pinelabs_async.api.checkout import (
        PluginData as PluginData,
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
    from pinelabs_async.api.convenience_fees import (
        CalculatedFees as CalculatedFees,
    )
    from pinelabs_async.api.convenience_fees import (
        ConvenienceFee as ConvenienceFee,
    )
    from pinelabs_async.api.convenience_fees import (
        FeeCheck as FeeCheck,
    )
    from pinelabs_async.api.convenience_fees import (
        FeeMetadata as FeeMetadata,
    )
    from pinelabs_async.api.convenience_fees import (
        FeeType as FeeType,
    )
    from pinelabs_async.api.customer_tokens import (
        CustomerToken as CustomerToken,
    )
    from pinelabs_async.api.customer_tokens import (
        CustomerTokenList as CustomerTokenList,
    )
    from pinelabs_async.api.customer_tokens import (
        TokenDeletion as TokenDeletion,
    )
    from pinelabs_async.api.customers import (
        CustomerChange as CustomerChange,
    )
    from pinelabs_async.api.customers import (
        CustomerStatus as CustomerStatus,
    )
    from pinelabs_async.api.customers import (
        NewCustomer as NewCustomer,
    )
    from pinelabs_async.api.customers import (
        StoredCustomer as StoredCustomer,
    )
    from pinelabs_async.api.imei import (
        BrandResponse as BrandResponse,
    )
    from pinelabs_async.api.imei import (
        ImeiAction as ImeiAction,
    )
    from pinelabs_async.api.imei import (
        ImeiProduct as ImeiProduct,
    )
    from pinelabs_async.api.imei import (
        ImeiResult as ImeiResult,
    )
    from pinelabs_async.api.imei import (
        ImeiStatus as ImeiStatus,
    )
    from pinelabs_async.api.imei import (
        ImeiValidation as ImeiValidation,
    )
    from pinelabs_async.api.imei import (
        ValidatedImeis as ValidatedImeis,
    )
    from pinelabs_async.api.instruments import (
        BnplCode as BnplCode,
    )
    from pinelabs_async.api.instruments import (
        BnplDetails as BnplDetails,
    )
    from pinelabs_async.api.instruments import (
        BnplOption as BnplOption,
    )
    from pinelabs_async.api.instruments import (
        CardDetails as CardDetails,
    )
    from pinelabs_async.api.instruments import (
        CardlessDetails as CardlessDetails,
    )
    from pinelabs_async.api.instruments import (
        CardlessOption as CardlessOption,
    )
    from pinelabs_async.api.instruments import (
        CardOption as CardOption,
    )
    from pinelabs_async.api.instruments import (
        CardTokenDetails as CardTokenDetails,
    )
    from pinelabs_async.api.instruments import (
        CardTokenOption as CardTokenOption,
    )
    from pinelabs_async.api.instruments import (
        NetbankingDetails as NetbankingDetails,
    )
    from pinelabs_async.api.instruments import (
        NetbankingMode as NetbankingMode,
    )
    from pinelabs_async.api.instruments import (
        NetbankingOption as NetbankingOption,
    )
    from pinelabs_async.api.instruments import (
        OtherUpi as OtherUpi,
    )
    from pinelabs_async.api.instruments import (
        PointsCardDetails as PointsCardDetails,
    )
    from pinelabs_async.api.instruments import (
        PointsOption as PointsOption,
    )
    from pinelabs_async.api.instruments import (
        SavedTokenDetails as SavedTokenDetails,
    )
    from pinelabs_async.api.instruments import (
        TokenDetails as TokenDetails,
    )
    from pinelabs_async.api.instruments import (
        TokenType as TokenType,
    )
    from pinelabs_async.api.instruments import (
        UpiCollect as UpiCollect,
    )
    from pinelabs_async.api.instruments import (
        UpiDetails as UpiDetails,
    )
    from pinelabs_async.api.instruments import (
        UpiIntent as UpiIntent,
    )
    from pinelabs_async.api.instruments import (
        UpiMode as UpiMode,
    )
    from pinelabs_async.api.instruments import (
        UpiOption as UpiOption,
    )
    from pinelabs_async.api.instruments import (
        UpiPayer as UpiPayer,
    )
    from pinelabs_async.api.instruments import (
        UpiQr as UpiQr,
    )
    from pinelabs_async.api.instruments import (
        WalletCode as WalletCode,
    )
    from pinelabs_async.api.instruments import (
        WalletDetails as WalletDetails,
    )
    from pinelabs_async.api.instruments import (
        WalletOption as WalletOption,
    )
    from pinelabs_async.api.international import (
        ConvertedAmount as ConvertedAmount,
    )
    from pinelabs_async.api.international import (
        CurrencyConversion as CurrencyConversion,
    )
    from pinelabs_async.api.international import (
        Tcs as Tcs,
    )
    from pinelabs_async.api.international import (
        TcsCheck as TcsCheck,
    )
    from pinelabs_async.api.invoices import (
        Invoice as Invoice,
    )
    from pinelabs_async.api.invoices import (
        InvoiceStatus as InvoiceStatus,
    )
    from pinelabs_async.api.invoices import (
        NewInvoice as NewInvoice,
    )
    from pinelabs_async.api.issuers import (
        DiscoveredOffers as DiscoveredOffers,
    )
    from pinelabs_async.api.issuers import (
        DownPaymentLimits as DownPaymentLimits,
    )
    from pinelabs_async.api.issuers import (
        DownPaymentRange as DownPaymentRange,
    )
    from pinelabs_async.api.issuers import (
        DownPaymentTerms as DownPaymentTerms,
    )
    from pinelabs_async.api.issuers import (
        Issuer as Issuer,
    )
    from pinelabs_async.api.issuers import (
        IssuerAuthType as IssuerAuthType,
    )
    from pinelabs_async.api.issuers import (
        IssuerData as IssuerData,
    )
    from pinelabs_async.api.offers import (
        ConvenienceFeeBreakdown as ConvenienceFeeBreakdown,
    )
    from pinelabs_async.api.offers import (
        Discount as Discount,
    )
    from pinelabs_async.api.offers import (
        DiscountType as DiscountType,
    )
    from pinelabs_async.api.offers import (
        DownPayment as DownPayment,
    )
    from pinelabs_async.api.offers import (
        DurationType as DurationType,
    )
    from pinelabs_async.api.offers import (
        EmiType as EmiType,
    )
    from pinelabs_async.api.offers import (
        IssuerOfferParameter as IssuerOfferParameter,
    )
    from pinelabs_async.api.offers import (
        IssuerType as IssuerType,
    )
    from pinelabs_async.api.offers import (
        Offer as Offer,
    )
    from pinelabs_async.api.offers import (
        OfferData as OfferData,
    )
    from pinelabs_async.api.offers import (
        OfferProduct as OfferProduct,
    )
    from pinelabs_async.api.offers import (
        OfferShare as OfferShare,
    )
    from pinelabs_async.api.offers import (
        OfferShares as OfferShares,
    )
    from pinelabs_async.api.offers import (
        ProcessingFee as ProcessingFee,
    )
    from pinelabs_async.api.offers import (
        ProgramType as ProgramType,
    )
    from pinelabs_async.api.offers import (
        Subvention as Subvention,
    )
    from pinelabs_async.api.offers import (
        SubventionType as SubventionType,
    )
    from pinelabs_async.api.offers import (
        Tenure as Tenure,
    )
    from pinelabs_async.api.offers import (
        TenureType as TenureType,
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
    from pinelabs_async.api.order_object import (
        WalletCardData as WalletCardData,
    )
    from pinelabs_async.api.order_object import (
        WalletData as WalletData,
    )
    from pinelabs_async.api.orders import (
        Capture as Capture,
    )
    from pinelabs_async.api.orders import (
        NewOrder as NewOrder,
    )
    from pinelabs_async.api.payment_links import (
        LinkCart as LinkCart,
    )
    from pinelabs_async.api.payment_links import (
        LinkProduct as LinkProduct,
    )
    from pinelabs_async.api.payment_links import (
        NewPaymentLink as NewPaymentLink,
    )
    from pinelabs_async.api.payment_links import (
        PaymentLink as PaymentLink,
    )
    from pinelabs_async.api.payment_links import (
        PaymentLinkStatus as PaymentLinkStatus,
    )
    from pinelabs_async.api.payments import NewPayment as NewPayment
    from pinelabs_async.api.payouts import (
        FundingAccount as FundingAccount,
    )
    from pinelabs_async.api.payouts import (
        NewPayout as NewPayout,
    )
    from pinelabs_async.api.payouts import (
        NewSchedule as NewSchedule,
    )
    from pinelabs_async.api.payouts import (
        Payout as Payout,
    )
    from pinelabs_async.api.payouts import (
        PayoutLink as PayoutLink,
    )
    from pinelabs_async.api.payouts import (
        PayoutMode as PayoutMode,
    )
    from pinelabs_async.api.payouts import (
        PayoutPage as PayoutPage,
    )
    from pinelabs_async.api.payouts import (
        PayoutStatus as PayoutStatus,
    )
    from pinelabs_async.api.plan_object import (
        Frequency as Frequency,
    )
    from pinelabs_async.api.plan_object import (
        Plan as Plan,
    )
    from pinelabs_async.api.plan_object import (
        PlanStatus as PlanStatus,
    )
    from pinelabs_async.api.plans import (
        AmountRange as AmountRange,
    )
    from pinelabs_async.api.plans import (
        Link as Link,
    )
    from pinelabs_async.api.plans import (
        Links as Links,
    )
    from pinelabs_async.api.plans import (
        NewPlan as NewPlan,
    )
    from pinelabs_async.api.plans import (
        PageInfo as PageInfo,
    )
    from pinelabs_async.api.plans import (
        PlanChange as PlanChange,
    )
    from pinelabs_async.api.plans import (
        PlanPage as PlanPage,
    )
    from pinelabs_async.api.points import (
        PointsBalance as PointsBalance,
    )
    from pinelabs_async.api.points import (
        PointsCheck as PointsCheck,
    )
    from pinelabs_async.api.points import (
        PointsCheckOption as PointsCheckOption,
    )
    from pinelabs_async.api.points import (
        PointsCheckOrder as PointsCheckOrder,
    )
    from pinelabs_async.api.points import (
        VpaDetails as VpaDetails,
    )
    from pinelabs_async.api.points import (
        VpaPayer as VpaPayer,
    )
    from pinelabs_async.api.presentation_object import (
        NoticeStatus as NoticeStatus,
    )
    from pinelabs_async.api.presentation_object import (
        Presentation as Presentation,
    )
    from pinelabs_async.api.presentation_object import (
        PresentationStatus as PresentationStatus,
    )
    from pinelabs_async.api.presentations import (
        DebitNotice as DebitNotice,
    )
    from pinelabs_async.api.presentations import (
        DebitRetry as DebitRetry,
    )
    from pinelabs_async.api.presentations import (
        KnownDebit as KnownDebit,
    )
    from pinelabs_async.api.presentations import (
        MandateDebit as MandateDebit,
    )
    from pinelabs_async.api.presentations import (
        NewDebit as NewDebit,
    )
    from pinelabs_async.api.presentations import (
        NewPresentation as NewPresentation,
    )
    from pinelabs_async.api.presentations import (
        PresentationPage as PresentationPage,
    )
    from pinelabs_async.api.refunds import (
        NewRefund as NewRefund,
    )
    from pinelabs_async.api.refunds import (
        RefundProduct as RefundProduct,
    )
    from pinelabs_async.api.reserve_pay import (
        NewReserve as NewReserve,
    )
    from pinelabs_async.api.reserve_pay import (
        NewReserveDebit as NewReserveDebit,
    )
    from pinelabs_async.api.reserve_pay import (
        Reserve as Reserve,
    )
    from pinelabs_async.api.reserve_pay import (
        ReservePlan as ReservePlan,
    )
    from pinelabs_async.api.settlements import (
        SettledTransaction as SettledTransaction,
    )
    from pinelabs_async.api.settlements import (
        Settlement as Settlement,
    )
    from pinelabs_async.api.settlements import (
        SettlementDetail as SettlementDetail,
    )
    from pinelabs_async.api.settlements import (
        SettlementPage as SettlementPage,
    )
    from pinelabs_async.api.settlements import (
        SettlementPagination as SettlementPagination,
    )
    from pinelabs_async.api.split_settlements import Release as Release
    from pinelabs_async.api.subscription_object import (
        PayerAccount as PayerAccount,
    )
    from pinelabs_async.api.subscription_object import (
        Subscription as Subscription,
    )
    from pinelabs_async.api.subscription_object import (
        SubscriptionStatus as SubscriptionStatus,
    )
    from pinelabs_async.api.subscriptions import (
        NewSubscription as NewSubscription,
    )
    from pinelabs_async.api.subscriptions import (
        SubscriptionChange as SubscriptionChange,
    )
    from pinelabs_async.api.subscriptions import (
        SubscriptionPage as SubscriptionPage,
    )
    from pinelabs_async.api.tenders import (
        BnplTender as BnplTender,
    )
    from pinelabs_async.api.tenders import (
        CardlessEmiTender as CardlessEmiTender,
    )
    from pinelabs_async.api.tenders import (
        CardTender as CardTender,
    )
    from pinelabs_async.api.tenders import (
        CardTokenTender as CardTokenTender,
    )
    from pinelabs_async.api.tenders import (
        CreditEmiTender as CreditEmiTender,
    )
    from pinelabs_async.api.tenders import (
        CreditEmiTokenTender as CreditEmiTokenTender,
    )
    from pinelabs_async.api.tenders import (
        CustomerAccount as CustomerAccount,
    )
    from pinelabs_async.api.tenders import (
        DebitEmiTender as DebitEmiTender,
    )
    from pinelabs_async.api.tenders import (
        DebitEmiTokenTender as DebitEmiTokenTender,
    )
    from pinelabs_async.api.tenders import (
        DeviceInfo as DeviceInfo,
    )
    from pinelabs_async.api.tenders import (
        MandateInfo as MandateInfo,
    )
    from pinelabs_async.api.tenders import (
        MandateRequest as MandateRequest,
    )
    from pinelabs_async.api.tenders import (
        NetbankingTender as NetbankingTender,
    )
    from pinelabs_async.api.tenders import (
        OperatingSystem as OperatingSystem,
    )
    from pinelabs_async.api.tenders import (
        OtherTender as OtherTender,
    )
    from pinelabs_async.api.tenders import (
        PointsTender as PointsTender,
    )
    from pinelabs_async.api.tenders import (
        Tender as Tender,
    )
    from pinelabs_async.api.tenders import (
        UpiTender as UpiTender,
    )
    from pinelabs_async.api.tenders import (
        WalletTender as WalletTender,
    )
    from pinelabs_async.api.tokens import (
        Approval as Approval,
    )
    from pinelabs_async.api.tokens import (
        ApprovedPayment as ApprovedPayment,
    )
    from pinelabs_async.api.tokens import (
        CardToken as CardToken,
    )
    from pinelabs_async.api.tokens import (
        CardTokenStatus as CardTokenStatus,
    )
    from pinelabs_async.api.tokens import (
        Cryptogram as Cryptogram,
    )
    from pinelabs_async.api.tokens import (
        CryptogramData as CryptogramData,
    )
    from pinelabs_async.api.tokens import (
        DeletedToken as DeletedToken,
    )
    from pinelabs_async.api.tokens import (
        EncryptedCard as EncryptedCard,
    )
    from pinelabs_async.api.tokens import (
        NewCardToken as NewCardToken,
    )
    from pinelabs_async.api.tokens import (
        NewCryptogram as NewCryptogram,
    )
    from pinelabs_async.api.tokens import (
        ProviderToken as ProviderToken,
    )
    from pinelabs_async.api.tokens import (
        ProviderTokens as ProviderTokens,
    )
    from pinelabs_async.api.tokens import (
        SavedCard as SavedCard,
    )
    from pinelabs_async.api.wallet_object import (
        CreatedWallets as CreatedWallets,
    )
    from pinelabs_async.api.wallet_object import (
        WalletBalance as WalletBalance,
    )
    from pinelabs_async.api.wallet_object import (
        WalletBucket as WalletBucket,
    )
    from pinelabs_async.api.wallet_object import (
        WalletBucketBalance as WalletBucketBalance,
    )
    from pinelabs_async.api.wallet_object import (
        WalletEligibility as WalletEligibility,
    )
    from pinelabs_async.api.wallet_object import (
        WalletHistoryPage as WalletHistoryPage,
    )
    from pinelabs_async.api.wallet_object import (
        WalletPin as WalletPin,
    )
    from pinelabs_async.api.wallet_object import (
        WalletTransaction as WalletTransaction,
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
    from pinelabs_async.wire.codec import (
        from_json as from_json,
    )
    from pinelabs_async.wire.codec import (
        preload as preload,
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
    from pinelabs_sync.pages import Pages as Pages
    from pinelabs_sync.session import Session as Session

__all__ = [
    "AccountDetails",
    "AcquirerData",
    "AcquirerPaymentDetails",
    "Address",
    "AmountRange",
    "ApiError",
    "ApplePayAuthorization",
    "ApplePayCard",
    "Approval",
    "ApprovedPayment",
    "AuthenticationError",
    "Awb",
    "AwbList",
    "AwbStatus",
    "BankDetails",
    "BnplCheck",
    "BnplCode",
    "BnplDetails",
    "BnplEligibility",
    "BnplInstallment",
    "BnplMetadata",
    "BnplOption",
    "BnplTender",
    "BrandResponse",
    "CalculatedFees",
    "Capture",
    "CaptureData",
    "CardAuthorization",
    "CardData",
    "CardDetails",
    "CardIdentifier",
    "CardIdentifierType",
    "CardInfo",
    "CardMetaData",
    "CardNetwork",
    "CardOption",
    "CardQuery",
    "CardTender",
    "CardToken",
    "CardTokenDetails",
    "CardTokenOption",
    "CardTokenStatus",
    "CardTokenTender",
    "CardType",
    "CardlessDetails",
    "CardlessEmiTender",
    "CardlessOfferDiscovery",
    "CardlessOption",
    "CartDetails",
    "CartItem",
    "Challan",
    "CheckoutLink",
    "CheckoutPurchase",
    "ConfigurationError",
    "ConflictError",
    "ConvenienceFee",
    "ConvenienceFeeBreakdown",
    "ConvertedAmount",
    "CreatedWallets",
    "Credentials",
    "CreditEmiTender",
    "CreditEmiTokenTender",
    "Cryptogram",
    "CryptogramData",
    "CurrencyConversion",
    "Customer",
    "CustomerAccount",
    "CustomerChange",
    "CustomerStatus",
    "CustomerToken",
    "CustomerTokenList",
    "DebitEmiTender",
    "DebitEmiTokenTender",
    "DebitNotice",
    "DebitRetry",
    "DecryptedCard",
    "DeletedToken",
    "DeviceInfo",
    "Discount",
    "DiscountType",
    "DiscoveredOffers",
    "DownPayment",
    "DownPaymentCheck",
    "DownPaymentLimits",
    "DownPaymentRange",
    "DownPaymentTerms",
    "DuplicateRequestError",
    "DurationType",
    "EmiProduct",
    "EmiType",
    "EncryptedCard",
    "ErrorDetail",
    "FeeCheck",
    "FeeMetadata",
    "FeeType",
    "FoundCards",
    "Frequency",
    "FundingAccount",
    "GiftCard",
    "ImeiAction",
    "ImeiProduct",
    "ImeiResult",
    "ImeiStatus",
    "ImeiValidation",
    "IntegrationMode",
    "InvalidRequestError",
    "Invoice",
    "InvoiceStatus",
    "Issuer",
    "IssuerAuthType",
    "IssuerData",
    "IssuerFilter",
    "IssuerOfferParameter",
    "IssuerType",
    "KnownDebit",
    "Link",
    "LinkCart",
    "LinkProduct",
    "Links",
    "MandateDebit",
    "MandateInfo",
    "MandateRequest",
    "Money",
    "NetbankingData",
    "NetbankingDetails",
    "NetbankingMode",
    "NetbankingOption",
    "NetbankingTender",
    "NewAwb",
    "NewAwbs",
    "NewCardToken",
    "NewChallan",
    "NewCheckout",
    "NewCryptogram",
    "NewCustomer",
    "NewDebit",
    "NewInvoice",
    "NewOrder",
    "NewOtp",
    "NewPayment",
    "NewPaymentLink",
    "NewPayout",
    "NewPlan",
    "NewPresentation",
    "NewRefund",
    "NewReserve",
    "NewReserveDebit",
    "NewSchedule",
    "NewSubscription",
    "NewWallets",
    "NoAnswerError",
    "NotFoundError",
    "NotSentError",
    "NoticeStatus",
    "OPERATIONS",
    "Offer",
    "OfferData",
    "OfferDiscovery",
    "OfferOption",
    "OfferProduct",
    "OfferShare",
    "OfferShares",
    "OfferToken",
    "OfferUpi",
    "OfferUpiPayer",
    "OfferValidation",
    "OfferVerdict",
    "OperatingSystem",
    "Operation",
    "Order",
    "OrderStatus",
    "OrderType",
    "OtherTender",
    "OtherUpi",
    "Otp",
    "OtpResult",
    "OtpSent",
    "OtpStatus",
    "OtpStep",
    "OtpTimes",
    "OutcomeUnknownError",
    "PageInfo",
    "Pages",
    "PaidWith",
    "Payer",
    "PayerAccount",
    "Payment",
    "PaymentDeclinedError",
    "PaymentLink",
    "PaymentLinkStatus",
    "PaymentMethod",
    "PaymentStatus",
    "Payout",
    "PayoutLink",
    "PayoutMode",
    "PayoutPage",
    "PayoutStatus",
    "PermissionDeniedError",
    "PineLabsError",
    "Plan",
    "PlanChange",
    "PlanPage",
    "PlanStatus",
    "PluginData",
    "PointsBalance",
    "PointsCardDetails",
    "PointsCheck",
    "PointsCheckOption",
    "PointsCheckOrder",
    "PointsOption",
    "PointsTender",
    "Presentation",
    "PresentationPage",
    "PresentationStatus",
    "Problem",
    "ProcessingFee",
    "Product",
    "ProgramType",
    "ProviderToken",
    "ProviderTokens",
    "PurchaseDetails",
    "RateLimitError",
    "Refund",
    "RefundProduct",
    "RefundStatus",
    "Release",
    "Repeat",
    "Reserve",
    "ReservePlan",
    "ReturnedOrder",
    "SavedCard",
    "SavedTokenDetails",
    "Secret",
    "ServerError",
    "Session",
    "SettledTransaction",
    "Settlement",
    "SettlementDetail",
    "SettlementPage",
    "SettlementPagination",
    "SignatureError",
    "SplitDetail",
    "SplitInfo",
    "StoredCustomer",
    "Subscription",
    "SubscriptionChange",
    "SubscriptionPage",
    "SubscriptionStatus",
    "Subvention",
    "SubventionType",
    "Tcs",
    "TcsCheck",
    "Tender",
    "Tenure",
    "TenureType",
    "Token",
    "TokenDeletion",
    "TokenDetails",
    "TokenType",
    "TopUpMode",
    "TopUpOption",
    "UpiCollect",
    "UpiData",
    "UpiDetails",
    "UpiIntent",
    "UpiMode",
    "UpiOption",
    "UpiPayer",
    "UpiQr",
    "UpiTender",
    "ValidatedImeis",
    "ValidatedOffer",
    "VpaDetails",
    "VpaPayer",
    "WaitError",
    "WalletBalance",
    "WalletBucket",
    "WalletBucketBalance",
    "WalletCardData",
    "WalletCheck",
    "WalletCode",
    "WalletData",
    "WalletDetails",
    "WalletEligibility",
    "WalletHistoryPage",
    "WalletLoad",
    "WalletOption",
    "WalletOwner",
    "WalletPin",
    "WalletTender",
    "WalletTopUp",
    "WalletTransaction",
    "from_json",
    "preload",
    "return_url",
    "to_json",
]


_OWN = {"Pages": "pinelabs_sync.pages", "Session": "pinelabs_sync.session"}


def __getattr__(name: str) -> Any:  # Any: a module's names have any type, and the imports above say which
    if name in _OWN:
        return getattr(importlib.import_module(_OWN[name]), name)
    if name not in __all__:
        raise AttributeError(f"module 'pinelabs_sync' has no attribute {name!r}")
    return getattr(pinelabs_async, name)


def __dir__() -> list[str]:
    return __all__
