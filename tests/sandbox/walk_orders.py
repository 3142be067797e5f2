"""Steps that take payments and give them back: half of them are not allowed, and each knows which."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.sandbox.walk import ORDERS, Walk, money, promised_of, taken_of

WHICH = st.integers(0, 30)
AMOUNTS = (150_000, 900_000, 100_000_000, 100, 777_701, 777_704, 777_705)
"""Some of which the bank declines, or answers late."""
WRONG_AMOUNTS = (99, 0, -100, 100_000_001, "100", 1.5, None)
REFUNDS = (100, 50_000, 149_900, 777_711, 777_712)
PAID = ("PROCESSED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED")
PAYABLE = ("CREATED", "ATTEMPTED")
BUTTONS = ("approve", "approve", "approve", "decline", "cancel", "start")


def card(number):
    return "CARD", {"card_details": {"card_number": number, "cvv": "123", "name": "Kevin Bob"}}


def collect(vpa):
    return "UPI", {"upi_details": {"txn_mode": "COLLECT", "payer": {"vpa": vpa}}}


INSTRUMENTS = (
    card("4012001037141112"),
    card("4012001037141112"),
    card("4000000000000002"),
    card("4000000000000077"),
    card("4000000000000085"),
    ("UPI", {"upi_details": {"txn_mode": "INTENT"}}),
    ("UPI", {"upi_details": {"txn_mode": "INTENT", "upi_qr": True}}),
    collect("success@sandbox"),
    collect("pending@sandbox"),
    collect("expired@sandbox"),
    ("NETBANKING", {"netbanking_details": {"pay_code": "NB1493"}}),
)
POINTS = (
    "POINTS",
    {"points_details": {"card_number": "4111111111111112", "registered_mobile_number": "9876543210"}},
)


def has_orders(walk):
    return bool(walk.orders)


class OrderSteps(Walk):
    """Create, pay, capture, cancel, refund; by link, checkout and challan, too."""

    @rule(number=WHICH, value=st.sampled_from((*AMOUNTS, *AMOUNTS, *WRONG_AMOUNTS)), pre_auth=st.booleans())
    def create(self, number, value, pre_auth):
        reference = f"ord-{number}"
        body = {"merchant_order_reference": reference, "order_amount": money(value), "pre_auth": pre_auth}
        taken = reference in [order["merchant_order_reference"] for order in self.orders.values()]
        status, answer = self.ask("POST", ORDERS, body)
        assert {True: 422, False: 200}[taken] == status if value in AMOUNTS else status == 400, answer

    @rule(number=WHICH, value=st.sampled_from(AMOUNTS), pre_auth=st.booleans())
    def create_checkout(self, number, value, pre_auth):
        body = {
            "merchant_order_reference": f"che-{number}",
            "order_amount": money(value),
            "pre_auth": pre_auth,
        }
        status, answer = self.ask("POST", "/api/checkout/v1/orders", body)
        if status == 200:
            self.pages.append(f"/checkout/{answer['token']}")

    @rule(number=WHICH, value=st.sampled_from(AMOUNTS))
    def create_link(self, number, value):
        body = {"merchant_payment_link_reference": f"lin-{number}", "amount": money(value)}
        status, answer = self.ask("POST", "/api/pay/v1/paymentlink", body)
        if status == 200:
            self.fresh(answer["payment_link_id"])
            self.links.append(answer["payment_link_id"])
            self.pages.append("/link/" + answer["payment_link"].rpartition("/")[2])

    @rule(
        value=st.sampled_from(AMOUNTS),
        pre_auth=st.booleans(),
        instrument=st.sampled_from(INSTRUMENTS[:5]),
        agreed=st.sampled_from((True, True, False)),
    )
    def sell(self, value, pre_auth, instrument, agreed):
        """Create an order and begin to pay it."""
        self._sell(value, pre_auth, instrument, agreed)

    @initialize(first=st.sampled_from(AMOUNTS[:3]), second=st.sampled_from(AMOUNTS[:3]))
    def begin(self, first, second):
        """Start with something given back in part, something to capture and something to decide."""
        self._sell(first, False, INSTRUMENTS[0], True)
        self.look()
        self._refund(next(iter(self.orders.values())), "ref-0", 100)
        self._sell(second, True, INSTRUMENTS[0], True)
        self._sell(150_000, False, INSTRUMENTS[0], False)

    def _sell(self, value, pre_auth, instrument, agreed):
        self.sales += 1
        body = {
            "merchant_order_reference": f"sale-{self.sales}",
            "order_amount": money(value),
            "pre_auth": pre_auth,
        }
        status, answer = self.ask("POST", ORDERS, body)
        assert 200 == status, answer
        method, option = instrument
        entry = {"payment_method": method, "payment_amount": money(value), "payment_option": option}
        status, answer = self.write(answer["data"], "POST", "/payments", {"payments": [entry]})
        assert 200 == status, answer
        if agreed:
            page = "/challenge/" + answer["data"]["challenge_url"].rpartition("/")[2]
            assert 200 == self.press(page, "approve")

    @precondition(lambda self: self.links)
    @rule(which=WHICH)
    def cancel_link(self, which):
        _, answer = self.ask("PUT", f"/api/pay/v1/paymentlink/{self.links[which % len(self.links)]}/cancel")
        if "order_id" in answer:
            self.stale[answer["order_id"]] = True

    @precondition(has_orders)
    @rule(
        which=WHICH, number=WHICH, instrument=st.sampled_from(INSTRUMENTS), off=st.sampled_from((0, 0, 0, 1))
    )
    def pay(self, which, number, instrument, off):
        order = self.any_order(which, *PAYABLE)
        method, option = instrument
        reference = f"pay-{number}"
        entry = {
            "merchant_payment_reference": reference,
            "payment_method": method,
            "payment_amount": money(order["order_amount"]["value"] + off),
            "payment_option": option,
            # Only orders of mandates ask for it; others tell it back.
            "mandate_info": {"request_type": "CREATE_MANDATE"},
        }
        used = {
            payment.get("merchant_payment_reference")
            for known in self.orders.values()
            for payment in known.get("payments", [])
        }
        legal = (
            order["status"] in PAYABLE
            and order["payment_retries_remaining"] > 0
            and reference not in used
            and not off
            and entry["payment_amount"]["value"] <= 100_000_000
            and (method == "CARD" or not order["pre_auth"])
            and method in order.get("allowed_payment_methods", [method])
        )
        status, answer = self.write(order, "POST", "/payments", {"payments": [entry]})
        assert legal == (status == 200), answer

    @precondition(lambda self: self.pages)
    @rule(which=st.integers(0, 8), outcome=st.sampled_from(BUTTONS))
    def decide(self, which, outcome):
        page = self.pages[-1 - which % len(self.pages)]
        if outcome == "start" and not page.startswith(("/link/", "/checkout/")):
            outcome = "approve"
        before = self.box.ledger.money_in
        status = self.press(page, outcome)
        assert status == 200 or before == self.box.ledger.money_in

    @precondition(has_orders)
    @rule(
        which=WHICH,
        verb=st.sampled_from(("generate", "submit", "resend", "submit")),
        otp=st.sampled_from(("123456", "1")),
    )
    def one_time_password(self, which, verb, otp):
        order = self.any_order(which, "PENDING", "ATTEMPTED")
        self.stale[order["order_id"]] = True
        payment_id = order["payments"][-1]["id"] if order.get("payments") else "none"
        body = {"payment_id": payment_id, **({"otp": otp} if verb == "submit" else {})}
        self.ask("POST", f"/api/pay/v1/otp/{verb}", body)

    @precondition(has_orders)
    @rule(which=WHICH, pan=st.sampled_from(("4012001037141112", "4000000000000002", "4000000000000077")))
    def authorize(self, which, pan):
        order = self.any_order(which, "PENDING")
        payment = order["payments"][-1] if order.get("payments") else {"id": "none", "payment_method": ""}
        details = {
            "pan": pan, "cvv": "123", "card_holder_name": "A", "expiration_month": "12", "expiration_year": "2099",
        }  # fmt: skip
        status, _ = self.write(
            order, "POST", f"/payments/{payment['id']}/authorize", {"decrypted_card_details": details}
        )
        assert status != 200 or payment["payment_method"] == "CARD"

    @precondition(has_orders)
    @rule(which=WHICH, part=st.sampled_from((None, None, "half", "more")))
    def capture(self, which, part):
        order = self.any_order(which, "AUTHORIZED")
        whole = order["order_amount"]["value"]
        value = {None: None, "half": max(whole // 2, 100), "more": whole + 1}[part]
        body = {"merchant_capture_reference": "cap-1", "capture_amount": money(value) if value else None}
        status, answer = self.write(order, "PUT", "/capture", body)
        legal = order["pre_auth"] and order["status"] == "AUTHORIZED" and part != "more"
        assert legal == (status == 200), answer

    @precondition(has_orders)
    @rule(which=WHICH)
    def cancel(self, which):
        order = self.any_order(which, "AUTHORIZED", "PENDING")
        status, answer = self.write(order, "PUT", "/cancel")
        legal = "image_url" in order or (order["pre_auth"] and order["status"] == "AUTHORIZED")
        assert legal == (status == 200), answer

    @precondition(has_orders)
    @rule(
        which=WHICH,
        number=WHICH,
        value=st.sampled_from(("rest", *REFUNDS, "rest", "more", 99)),
        currency=st.sampled_from(("INR", "INR", "INR", "USD")),
    )
    def refund(self, which, number, value, currency):
        self._refund(self.any_order(which, *PAID), f"ref-{number}", value, currency)

    @precondition(lambda self: any(order["status"] == "PARTIALLY_REFUNDED" for order in self.orders.values()))
    @rule(which=WHICH, number=WHICH, value=st.sampled_from(("rest", 100, "more", "all")))
    def refund_again(self, which, number, value):
        """Give back more of what was given back in part."""
        begun = [order for order in self.orders.values() if order["status"] == "PARTIALLY_REFUNDED"]
        order = begun[which % len(begun)]
        self._refund(order, f"ref-{number}", taken_of(order) if value == "all" else value)

    def _refund(self, order, reference, value, currency="INR"):
        """Whether it is refused is known before: by what the order took and already gave back."""
        rest = taken_of(order) - promised_of(order)
        value = {"rest": rest, "more": rest + 1}.get(value, value)
        body = {"merchant_order_reference": reference, "order_amount": money(value, currency)}
        used = {
            refund["merchant_order_reference"]
            for known in self.orders.values()
            for refund in known.get("refunds", [])
        }
        legal = (
            order["status"] in PAID and 100 <= value <= rest and reference not in used and currency == "INR"
        )
        status, answer = self.write(order, "POST", "", body, path="/api/pay/v1/refunds")
        assert legal == (status == 200), answer

    @precondition(has_orders)
    @rule(which=WHICH)
    def challan(self, which):
        order = self.any_order(which, *PAYABLE)
        body = {"convenience_fee_breakdown": {}}
        self.write(order, "POST", "/challan", body, path="/api/pay/v1/order")

    @precondition(has_orders)
    @rule(which=WHICH)
    def transfer(self, which):
        self.press(f"/transfer/{self.any_order(which, *PAYABLE)['order_id']}", "")

    @precondition(has_orders)
    @rule(which=WHICH, verb=st.sampled_from(("GET", "cancel", "capture")))
    def pry(self, which, verb):
        """Nobody reads or changes what belongs to another merchant."""
        path = f"{ORDERS}/{self.any_order(which)['order_id']}"
        method, rest = ("GET", "") if verb == "GET" else ("PUT", f"/{verb}")
        body = {"merchant_capture_reference": "cap-1"}
        status, answer = self.ask(method, path + rest, body, token=self.strange_token)
        assert (404, "ORDER_NOT_FOUND") == (status, answer["code"])

    @rule(seconds=st.sampled_from((10, 600, 3_600, 86_400, 8 * 86_400)))
    def wait(self, seconds):
        self.pass_time(seconds)
