"""The older Pay by Links: Create, Resend and Get Status, form-encoded, refused with a number inside a 200."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from pinelabs_async.sandbox.call import Call, Route
from pinelabs_async.sandbox.gateway.pay_by_link_object import OldLink, OldLinks, status_json
from pinelabs_async.sandbox.problems import Refusal
from pinelabs_async.sandbox.state import Amount, Json, Merchant

# -7 and -11 are about the products of brand EMI, for which no merchant of the sandbox is enabled.
MESSAGES: Final[Mapping[int, str]] = {
    1: "SUCCESS",
    -1: "FAILURE",
    -2: "INVALID AMOUNT",
    -3: "INVALID MERCHANT_ID",
    -4: "INVALID PRODUCT DESCRIPTION",
    -5: "INVALID CUSTOMER EMAIL ID",
    -6: "INVALID CUSTOMER MOBILE NO",
    -8: "INVALID MERCHANT_ACCESS_CODE",
    -9: "INVALID MERCHANT ID ACCESS CODE",
    -10: "BRAND_EMI_NOT_ENABLED_AND_PRODUCT_CODE_PRESENT_IN_REQUEST",
}
# 2 is in no published list and in a published sample.
MODES: Final = ("1", "2", "3", "4", "10", "11", "14", "16", "17", "19", "20")
_SUCCESS: Final[Json] = {"RESPONSE_CODE": 1, "RESPONSE_MESSAGE": MESSAGES[1]}
_MAX_INT64: Final = 2**63 - 1
# Field, what an allowed value looks like (an optional field may be empty, too), and the number that
# refuses any other. No number is published for the reference and the mode: they get the general one.
_RULES: Final = (
    ("REFERENCE_NO", r".{1,100}", -1),
    ("AMOUNT", r"0*[1-9][0-9]{0,18}", -2),
    ("PAYMENT_MODE", rf"({'|'.join(MODES)})(,({'|'.join(MODES)}))*", -1),
    ("PRODUCT_DESCRIPTION", r".{0,200}", -4),
    ("CUSTOMER_EMAIL_ID", r"|(?=.{3,50}$)[^@\s]+@[^@\s]+", -5),
    ("CUSTOMER_MOBILE_NO", r"|[0-9]{10}", -6),
    ("PRODUCT_CODE", r"", -10),
)


class OldRefusal(Refusal):
    """What the older gateway says instead of carrying something out."""

    def __init__(self, number: int) -> None:
        # The code is not shown: this gateway has none. Its HTTP status for a failure is undocumented.
        super().__init__("INVALID_REQUEST", MESSAGES[number], status=200)
        self.number: Final = number

    def as_json(self) -> Json:
        """Return the number and its message."""
        return {"RESPONSE_CODE": self.number, "RESPONSE_MESSAGE": self.message}


def create(call: Call) -> Json:
    """Make a link and send it by SMS or e-mail."""
    merchant, form = _merchant(call), call.body
    for name, allowed, number in _RULES:
        if not re.fullmatch(allowed, form.get(name, ""), re.DOTALL):
            raise OldRefusal(number)
    amount = Amount(int(form["AMOUNT"]), "INR")
    if amount.value > _MAX_INT64:
        raise OldRefusal(-2)
    links = merchant.store(OldLinks)
    link = links.by_reference.get(form["REFERENCE_NO"])
    if link is not None and call.state.settings.duplicate_references == "refuse":
        # What happens to a repeated reference is undocumented: the setting decides, as for every reference.
        raise OldRefusal(-1)
    if link is None:
        link = OldLink(
            id=links.new_id(),
            reference=form["REFERENCE_NO"],
            amount=amount,
            mode=int(form["PAYMENT_MODE"].partition(",")[0]),
        )
        links.keep(link)
        call.executed(reference=link.reference, amount=amount)
    return {
        **_SUCCESS,
        "PAYMENT_URL": f"{call.state.base_url}/old-link/{link.token}",
        "PAYMENT_LINK_ID": link.id,
    }


def resend(call: Call) -> Json:
    """Send a link once more."""
    links = _merchant(call).store(OldLinks)
    link = links.by_id.get(call.body.get("PAYMENT_LINK_ID", ""))
    if link is None:
        raise OldRefusal(-1)
    call.executed(reference=link.reference)
    return _SUCCESS


def status(call: Call) -> Json:
    """Tell how far the payment of a link has come."""
    link = _merchant(call).store(OldLinks).by_reference.get(call.body.get("REFERENCE_NO", ""))
    if link is None:
        raise OldRefusal(-1)
    return {**_SUCCESS, **status_json(link)}


def _merchant(call: Call) -> Merchant:
    """Return the merchant whose id and access code are in the form, or refuse."""
    merchant_id, access_code = (call.body.get(f"MERCHANT_{name}", "") for name in ("ID", "ACCESS_CODE"))
    named = [held for held in call.state.merchants.values() if held.credentials.merchant_id == merchant_id]
    if not named:
        raise OldRefusal(-3)
    if not access_code:
        raise OldRefusal(-8)
    if named[0].credentials.access_code != access_code:
        raise OldRefusal(-9)
    return named[0]


def _route(operation: str, name: str, handler: Callable[[Call], Json]) -> Route:
    path = f"/api/PaymentURL/{name}"
    return Route(f"pay_by_links.{operation}", "POST", path, handler, secured=False, reads="form")


ROUTES: Final = (
    _route("create", "CreatePaymentURL", create),
    _route("resend", "ResendSmsEmail", resend),
    _route("status", "GetStatus", status),
)
