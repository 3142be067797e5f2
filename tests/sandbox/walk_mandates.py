"""Steps that debit mandates and reserves, and that pay others."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.sandbox.walk import PAYOUTS, Walk, money

NUMBERS = st.integers(0, 12)
DEBITS = (10_000, 10_000, 777_721, 777_722, 777_723, 1_000_000, 1_000_001, 99)
"""Some of which fail at the bank, once or always, or whose notice does; some are too much or too little."""
NOTICE = 600
"""Seconds after which a payer was told of a debit."""
RESERVES = "/ps/public/subscriptions/sbmd"
SUBSCRIPTIONS = "/ps/api/v1/public/subscriptions"


class MandateSteps(Walk):
    """Payouts, reserves, subscriptions and their debits."""

    @rule(
        number=NUMBERS,
        value=st.sampled_from((4_900, 60_000_000, 100_000_000, 1)),
        remarks=st.sampled_from(("salary", "salary", "sandbox-fails")),
    )
    def pay_out(self, number, value, remarks):
        body = {
            "clientReferenceId": f"out-{number}",
            "payeeName": "Kevin Bob",
            "amount": money(value),
            "mode": "IMPS",
            "remarks": remarks,
            "accountNumber": "12345671415",
            "branchCode": "SBIN0011123",
        }
        status, answer = self.ask("POST", f"{PAYOUTS}/banks", body)
        if status == 201:
            self.fresh(answer["paymentReferenceId"])
            self.payouts.append(answer["paymentReferenceId"])

    @precondition(lambda self: self.payouts)
    @rule(which=NUMBERS, verb=st.sampled_from(("cancel", "move")))
    def change_payout(self, which, verb):
        path = f"{PAYOUTS}/banks/{self.payouts[which % len(self.payouts)]}"
        if verb == "cancel":
            self.ask("PUT", f"{path}/cancel")
        else:
            when = self.box.clock.now() + timedelta(hours=1)
            self.ask("PUT", path, {"scheduleAt": when.isoformat()})

    @rule(number=NUMBERS, value=st.sampled_from((10_000, 1_000_000)))
    def reserve(self, number, value):
        body = {
            "merchant_subscription_reference": f"res-{number}",
            "customer_id": self._customer(),
            "plan_details": {
                "reserve_amount": value,
                "currency": "INR",
                "validity_days": 5,
                "description": "A taxi",
            },
        }
        status, answer = self.ask("POST", RESERVES, body)
        if status == 200:
            self.fresh(answer["subscription_id"])
            self.reserves.append(answer["subscription_id"])
            page = "/reserve/" + answer["redirect_url"].rpartition("/")[2]
            self.pages.append(page)
            if number % 2:
                assert 200 == self.press(page, "approve")

    @precondition(lambda self: self.reserves)
    @rule(which=NUMBERS, number=NUMBERS, value=st.sampled_from(DEBITS))
    def debit_reserve(self, which, number, value):
        """No reserve gives more than is left of it."""
        reserve = self.reserves[which % len(self.reserves)]
        _, before = self.ask("GET", f"{RESERVES}/{reserve}")
        body = {
            "subscription_id": reserve,
            "amount": money(value),
            "merchant_presentation_reference": f"deb-{number}",
        }
        status, answer = self.ask("POST", f"{SUBSCRIPTIONS}/{reserve}/presentations", body)
        assert status != 201 or value <= before["remaining_balance"]
        self._note_debit(status, answer)
        _, after = self.ask("GET", f"{RESERVES}/{reserve}")
        assert 0 <= after["debited_amount"] <= after["total_blocked_amount"]

    @precondition(lambda self: len(self.subscriptions) < 3)
    @rule()
    def subscribe(self):
        """Make a subscription, whose first payment waits for its payer."""
        now = self.box.clock.now()
        number = len(self.subscriptions)
        plan = {
            "merchant_plan_reference": f"plan-{number}",
            "plan_name": "Plan",
            "frequency": "AS",
            "amount": money(10_000),
            "max_limit_amount": money(1_000_000),
            "end_date": (now + timedelta(days=400)).isoformat(),
        }
        status, made = self.ask("POST", "/ps/api/v1/public/plans", plan)
        assert 200 == status, made
        body = {
            "merchant_subscription_reference": f"sub-{number}",
            "plan_id": made["plan_id"],
            "customer_id": self._customer(),
            "start_date": now.isoformat(),
            "end_date": (now + timedelta(days=50)).isoformat(),
            "integration_mode": "SEAMLESS",
        }
        status, made = self.ask("POST", SUBSCRIPTIONS, body)
        assert 201 == status, made
        self.fresh(made["subscription_id"])
        self.subscriptions.append(made["subscription_id"])
        entry = {
            "payment_method": "UPI",
            "payment_amount": made["order_amount"],
            "payment_option": {"upi_details": {"txn_mode": "INTENT"}},
            "mandate_info": {"request_type": "CREATE_MANDATE"},
        }
        status, answer = self.write(made, "POST", "/payments", {"payments": [entry]})
        assert 200 == status, answer
        if number % 2 == 0:
            assert 200 == self.press(f"/challenge/{made['order_id']}", "approve")

    @precondition(lambda self: self.subscriptions)
    @rule(which=NUMBERS, verb=st.sampled_from(("pause", "resume", "resume", "cancel")))
    def change_subscription(self, which, verb):
        self.ask("POST", f"{SUBSCRIPTIONS}/{self._subscription(which)}/{verb}")

    @precondition(lambda self: self.subscriptions)
    @rule(which=NUMBERS, number=NUMBERS, value=st.sampled_from(DEBITS), by_merchant=st.booleans())
    def announce(self, which, number, value, by_merchant):
        """Ask for a debit, by the merchant or by the gateway."""
        subscription = self._subscription(which)
        body = {
            "subscription_id": subscription,
            "amount": money(value),
            "merchant_presentation_reference": f"deb-{number}",
        }
        path = f"{SUBSCRIPTIONS}/{subscription}/presentations"
        if by_merchant:
            due = self.box.clock.now() + timedelta(days=1)
            body |= {"due_date": due.isoformat(), "is_merchant_retry": True}
            path = f"{SUBSCRIPTIONS}/notify"
        self._note_debit(*self.ask("POST", path, body))

    @precondition(lambda self: self.subscriptions)
    @rule(which=NUMBERS, number=NUMBERS, value=st.sampled_from(DEBITS), again=st.booleans())
    def collect(self, which, number, value, again):
        """Announce a debit, wait until its payer was told, ask for it, and for the same once more."""
        body = {
            "subscription_id": self._subscription(which),
            "amount": money(value),
            "merchant_presentation_reference": f"deb-{number}",
            "due_date": (self.box.clock.now() + timedelta(days=1)).isoformat(),
            "is_merchant_retry": again,
        }
        status, answer = self.ask("POST", f"{SUBSCRIPTIONS}/notify", body)
        self._note_debit(status, answer)
        if status >= 300:
            return
        self.pass_time(NOTICE)
        named = {"merchant_presentation_reference": f"deb-{number}"}
        status, _ = self.ask("POST", f"{SUBSCRIPTIONS}/execute", named)
        second, _ = self.ask("POST", f"{SUBSCRIPTIONS}/execute", named)
        assert second >= 400

    @rule(number=NUMBERS, again=st.booleans())
    def execute(self, number, again):
        path = "/ps/api/v1/mandate/merchant-retry" if again else f"{SUBSCRIPTIONS}/execute"
        self.ask("POST", path, {"merchant_presentation_reference": f"deb-{number}"})

    @precondition(lambda self: self.debits)
    @rule(which=NUMBERS)
    def withdraw(self, which):
        self.ask("DELETE", f"/ps/api/v1/public/presentations/{self.debits[which % len(self.debits)]}")

    def _customer(self):
        self.customers += 1
        body = {"merchant_customer_reference": f"cus-{self.customers}"}
        status, answer = self.ask("POST", "/api/v1/customer", body)
        assert 201 == status, answer
        return answer["customer_id"]

    def _subscription(self, which):
        return self.subscriptions[which % len(self.subscriptions)]

    def _note_debit(self, status, answer):
        if status < 300:
            self.fresh(answer["presentation_id"])
            self.debits.append(answer["presentation_id"])
