"""Blocking twin of ``pinelabs_async.api.payments``."""

from typing import Final

from pinelabs_async.api import payments as _async
from pinelabs_sync.bridge import Resource, blocking


class Payments(Resource[_async.Payments]):
    """Pay orders."""

    card_details: Final = blocking(_async.Payments.card_details)
    create: Final = blocking(_async.Payments.create)
    authorize: Final = blocking(_async.Payments.authorize)
    authorize_apple_pay: Final = blocking(_async.Payments.authorize_apple_pay)
    generate_otp: Final = blocking(_async.Payments.generate_otp)
    submit_otp: Final = blocking(_async.Payments.submit_otp)
    resend_otp: Final = blocking(_async.Payments.resend_otp)
