"""Steps that divide an order's money among partners, and decide about what was held back."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.sandbox.walk import ORDERS, Walk, money

NUMBERS = st.integers(0, 12)
HELD, FREE = 60_000, 40_000
RELEASES = (None, HELD, 20_000, HELD + 1, 0)
"""Of the part that is held; the last two are no amounts of it."""
INSTRUMENT = {"card_details": {"card_number": "4012001037141112", "cvv": "123", "name": "Kevin Bob"}}


def parts_of(order):
    return order["purchase_details"]["split_info"]["split_details"]


class SplitSteps(Walk):
    """Orders with two parts: one is held until the merchant decides, one is the partner's at once."""

    def __init__(self, place):
        super().__init__(place)
        self.splits = {}
        """What each part was decided to be, and with how much released: by its order's id, by place."""

    @rule(number=NUMBERS, agreed=st.sampled_from((True, True, False)))
    def sell_for_partners(self, number, agreed):
        reference = f"split-{number}"
        if reference in [order["merchant_order_reference"] for order in self.orders.values()]:
            return
        details = [
            {"split_merchant_id": "200001", "amount": money(HELD), "on_hold": True},
            {"split_merchant_id": "200002", "amount": money(FREE), "on_hold": False},
        ]
        body = {
            "merchant_order_reference": reference,
            "order_amount": money(HELD + FREE),
            "purchase_details": {"split_info": {"split_type": "AMOUNT", "split_details": details}},
        }
        status, answer = self.ask("POST", ORDERS, body)
        assert 200 == status, answer
        order = answer["data"]
        self.fresh(*(part["split_settlement_id"] for part in parts_of(order)))
        self.splits[order["order_id"]] = [("HOLD", 0), ("RELEASED", 0)]
        if agreed:
            entry = {
                "payment_method": "CARD",
                "payment_amount": order["order_amount"],
                "payment_option": INSTRUMENT,
            }
            status, answer = self.write(order, "POST", "/payments", {"payments": [entry]})
            assert 200 == status, answer
            page = "/challenge/" + answer["data"]["challenge_url"].rpartition("/")[2]
            assert 200 == self.press(page, "approve")

    @precondition(lambda self: self.splits)
    @rule(
        which=NUMBERS,
        place=st.sampled_from((0, 0, 1)),
        verb=st.sampled_from(("release", "release", "cancel")),
        value=st.sampled_from(RELEASES),
    )
    def decide_part(self, which, place, verb, value):
        """Only a part on hold is decided, once; it is released of a paid order, and never more than it is."""
        order = self.orders[list(self.splits)[which % len(self.splits)]]
        parts = self.splits[order["order_id"]]
        legal = parts[place][0] == "HOLD"
        body = None
        if verb == "release":
            legal = legal and order["status"] == "PROCESSED" and value not in (0, HELD + 1)
            body = {"release_amount": money(value)} if value is not None else None
        part = parts_of(order)[place]["split_settlement_id"]
        status, answer = self.write(order, "PATCH", f"/settlementId/{part}/{verb}", body)
        assert legal == (status == 200), answer
        if legal:
            released = ("RELEASED", HELD if value is None else value)
            parts[place] = released if verb == "release" else ("CANCELLED", 0)

    @invariant()
    def parts_are_as_decided(self):
        """Each part says what was decided, and together they are the order."""
        for order_id, decided in self.splits.items():
            order = self.orders.get(order_id)
            if order is None or order_id in self.stale:
                continue
            parts = parts_of(order)
            said = [(part["status"], part.get("release_amount", {"value": 0})["value"]) for part in parts]
            assert decided == said
            assert order["order_amount"]["value"] == sum(part["amount"]["value"] for part in parts)
            assert sum(released for _, released in said) <= order["order_amount"]["value"]
