"""A random walk through the sandbox over plain HTTP, and the books that are kept beside it."""

import asyncio
import json
from collections import Counter

import aiohttp
from hypothesis.stateful import RuleBasedStateMachine, invariant

from pinelabs_async.sandbox import Sandbox

FUNDS = 100_000_000
"""Paisa in a new funding account."""
AT_THE_BANK = ("PROCESSING", "PROCESSED", "SUCCESS")
"""The statuses of payouts whose money has left the funding account."""
ORDERS = "/api/pay/v1/orders"
PAYOUTS = "/payouts/v3/payments"


def money(value, currency="INR"):
    return {"value": value, "currency": currency}


class Place:
    """One sandbox and one client in one loop, for walk after walk."""

    def __init__(self):
        self.steps = 0
        self.checks = 0
        """How often an order, or all the money, was compared with the books."""
        self.tried = Counter()
        """How often each operation was carried out, and refused."""
        self._runner = asyncio.Runner()
        self.run = self._runner.run

    def __enter__(self):
        self._runner.__enter__()
        self.box = self.run(Sandbox().start())
        self.http = self.run(self._client())
        self.stranger = self.box.add_merchant()
        return self

    def __exit__(self, *raised):
        self.run(self.http.close())
        try:
            self.run(self.box.aclose())
        finally:
            self._runner.__exit__(*raised)

    async def _client(self):
        return aiohttp.ClientSession(self.box.base_url)

    async def fetch(self, method, path, headers, **content):
        async with self.http.request(
            method, path, headers=headers, allow_redirects=False, **content
        ) as answer:
            return answer.status, await answer.text()


class Walk(RuleBasedStateMachine):
    """What every step goes through, and what holds after each."""

    def __init__(self, place):
        super().__init__()
        self.place, self.box = place, place.box
        self.box.reset()
        self.requests = self.seen = 0
        self.orders = {}
        """Every charge order as it was read last, by id."""
        self.stale = {}
        """What may have changed since, as the keys: in one order each time, so that a seed leads the same way."""
        self.ids = set()
        self.pages = []
        """Where a payer may decide something: also once it is too late."""
        self.took, self.gave, self.paid_out = {}, {}, {}
        """Paisa that reached and left the merchant, by order, by refund and by payout."""
        self.login()

    def login(self):
        """Get tokens for the merchant and for a stranger; the old ones may have ended meanwhile."""
        self.token, self.strange_token = (
            self._token(owner.client_id, owner.client_secret) for owner in (self.box, self.place.stranger)
        )

    def _token(self, client_id, client_secret):
        body = {"client_id": client_id, "client_secret": client_secret, "grant_type": "client_credentials"}
        _, answer = self.place.run(self.place.fetch("POST", "/api/auth/v1/token", {}, json=body))
        return json.loads(answer)["access_token"]

    def ask(self, method, path, body=None, *, token=None):
        """Call an operation; it is in the ledger once where it was carried out and wrote, and never else."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        status, text, done = self._send(method, path, headers, json=body)
        operation = self.box.exchanges[-1].operation
        self.place.tried[operation, 200 <= status < 300] += 1
        # A bank that declines says so in a refusal, and that it did is in the ledger.
        declined = {} if status < 400 else {name: 1 for name in done if name == "bank.decline"}
        expected = declined if method == "GET" or status >= 300 else {operation: 1}
        assert expected == done
        answer = json.loads(text) if text else {}
        assert status < 500, answer
        assert status < 400 or answer["code"], answer
        return status, answer

    def press(self, path, outcome):
        """Press a button as a payer; each of its executions is in the ledger once."""
        status, text, done = self._send("POST", path, {}, data={"outcome": outcome})
        assert set(done.values()) <= {1}
        assert status in (200, 404, 409), text
        assert status == 200 or not done
        self.place.tried[f"press {outcome}", status == 200] += 1
        return status

    def _send(self, method, path, headers, **content):
        self.requests += 1
        name = f"req-{self.requests}"
        status, text = self.place.run(
            self.place.fetch(method, path, {**headers, "Request-ID": name}, **content)
        )
        self._no_crash()
        done = Counter(entry.operation for entry in self._new_entries() if entry.request_id == name)
        return status, text, dict(done)

    def _no_crash(self):
        """Raise what crashed the sandbox, once: the next walk starts without it."""
        crashes = list(self.box.crashes)
        self.box.crashes.clear()
        if crashes:
            raise crashes[0]

    def _new_entries(self):
        """Write what the ledger has anew into the books, each movement of money once."""
        new = tuple(self.box.ledger)[self.seen :]
        self.seen += len(new)
        for entry in new:
            if entry.order_id is not None:
                self.stale[entry.order_id] = True
            if entry.money == "in":
                assert entry.order_id not in self.took, "one payment an order"
                self.took[entry.order_id] = entry.amount
            if entry.money == "out":
                book, name = (
                    (self.paid_out, entry.reference)
                    if entry.operation == "bank.pay"
                    else (self.gave, entry.order_id)
                )
                assert name not in book, "money goes out once"
                book[name] = entry.amount
        return new

    def pass_time(self, seconds):
        """Advance the clock; anything may have changed meanwhile."""
        self.box.clock.advance(seconds=seconds)
        self.login()
        self._new_entries()
        self.stale |= dict.fromkeys(self.orders, True)

    def fresh(self, *ids):
        """Take note of new ids: none was there before."""
        for one in ids:
            assert one not in self.ids
            self.ids.add(one)

    def any_order(self, which, *statuses):
        """Choose an order: of four times once any, else one that stands at one of these where there is one."""
        fit = [order for order in self.orders.values() if order["status"] in statuses]
        choice = list(self.orders.values()) if which % 4 == 3 or not fit else fit
        return choice[which % len(choice)]

    def write(self, order, method, rest, body=None, *, path=ORDERS):
        """Call an operation on an order, which may have changed it."""
        self.stale[order["order_id"]] = True
        return self.ask(method, f"{path}/{order['order_id']}{rest}", body)

    @invariant()
    def orders_add_up(self):
        """No order gives back more than it took, it says what the books say, and no money is made or lost."""
        self.place.steps += 1
        self.look()
        self._conserve()

    def look(self):
        """Read every order that may have changed."""
        while self.stale:
            self._read(self.stale.popitem()[0])

    def _read(self, order_id):
        status, answer = self.ask("GET", f"{ORDERS}/{order_id}")
        assert 200 == status, answer
        order = answer["data"]
        if order["type"] == "REFUND":
            self.stale[order["parent_order_id"]] = True
            return
        if order_id not in self.orders:
            self.fresh(order_id)
        before = self.orders.get(order_id, {"payments": [], "refunds": []})
        for name, key in (("payments", "id"), ("refunds", "order_id")):
            old = [entry[key] for entry in before.get(name, [])]
            new = [entry[key] for entry in order.get(name, [])]
            assert old == new[: len(old)]
            self.fresh(*new[len(old) :])
        self.orders[order_id] = order
        self._note_page(order)
        self._add_up(order)

    def _note_page(self, order):
        url = order.get("challenge_url", "")
        token = (
            url.partition("tr=")[2].partition("&")[0] if url.startswith("upi:") else url.rpartition("/")[2]
        )
        # A collect request has no link; its payer's app knows the order's id.
        page = f"/challenge/{token or order['order_id']}"
        if order["status"] == "PENDING" and page not in self.pages:
            self.pages.append(page)

    def _add_up(self, order):
        self.place.checks += 1
        amount = order["order_amount"]["value"]
        taken, back, promised = taken_of(order), given_back(order), promised_of(order)
        assert self.took.get(order["order_id"], 0) == taken
        assert back == sum(self.gave.get(refund["order_id"], 0) for refund in order.get("refunds", []))
        assert back <= promised <= taken <= amount
        assert order["payment_retries_remaining"] >= 0
        status = order["status"]
        assert (back > 0) == (status in ("PARTIALLY_REFUNDED", "FULLY_REFUNDED"))
        assert (taken == back > 0) == (status == "FULLY_REFUNDED")
        assert (taken > 0) == (
            status in ("PROCESSED", "PARTIALLY_CAPTURED", "PARTIALLY_REFUNDED", "FULLY_REFUNDED")
        )

    def _conserve(self):
        """Compare what came in with what went out and what is held, by the orders and by the funding account."""
        self.place.checks += 1
        held = sum(taken_of(order) - given_back(order) for order in self.orders.values())
        _, account = self.ask("GET", f"{PAYOUTS}/funding-account")
        _, listed = self.ask("GET", f"{PAYOUTS}?count=20")
        sent = {entry["clientReferenceId"]: entry for entry in listed["payments"]}
        on_the_way = sum(
            entry["amount"]["value"] for entry in sent.values() if entry["status"] in AT_THE_BANK
        )
        paid = {
            name: entry["amount"]["value"] for name, entry in sent.items() if entry["status"] == "SUCCESS"
        }
        ledger = self.box.ledger
        assert self.paid_out == paid
        assert FUNDS == account["balance"]["value"] + on_the_way
        assert ledger.money_in == ledger.money_out - sum(paid.values()) + held


def taken_of(order):
    """Add up what the merchant got of an order, as the order itself says it."""
    paid = [payment for payment in order.get("payments", []) if payment["status"] == "PROCESSED"]
    if not paid:
        # A bank transfer is no payment of the order.
        by_transfer = order["status"] in ("PROCESSED", "PARTIALLY_REFUNDED", "FULLY_REFUNDED")
        return order["order_amount"]["value"] if by_transfer else 0
    return sum(
        capture["capture_amount"]["value"]
        for payment in paid
        for capture in payment.get("capture_data", [{"capture_amount": payment["payment_amount"]}])
    )


def given_back(order):
    return sum(
        refund["order_amount"]["value"]
        for refund in order.get("refunds", [])
        if refund["status"] == "PROCESSED"
    )


def promised_of(order):
    """Add up the refunds that were or may still be carried out."""
    return sum(
        refund["order_amount"]["value"] for refund in order.get("refunds", []) if refund["status"] != "FAILED"
    )
