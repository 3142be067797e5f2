"""What people and log files see: nothing that is secret or private."""

import pickle

import attrs
import pytest

from pinelabs_async import (
    Address,
    BankDetails,
    CardDetails,
    CardOption,
    CardTender,
    CartItem,
    Credentials,
    Customer,
    Money,
    NewPayment,
    Order,
    OtherTender,
    Payer,
    Secret,
    SplitDetail,
    Token,
)

RUPEE = Money(100)


class TestRepr:
    """What a shape shows of itself."""

    def test_hides_private_fields(self):
        """A card, its holder and a PAN are masked, at every depth."""
        card = CardDetails(
            card_number="4012001037141112",
            cvv="065",
            name="Kevin Bob",
            expiry_month="11",
            expiry_year="2031",
            registered_mobile_number="9876543210",
        )
        payment = NewPayment(
            payments=[CardTender(payment_amount=RUPEE, payment_option=CardOption(card_details=card))]
        )
        for shown in (repr(card), repr(payment), str(payment), f"{payment}"):
            for private in ("4012001037141112", "065", "Kevin", "2031", "9876543210"):
                assert private not in shown
            assert "card_number=***" in shown

    @pytest.mark.parametrize(
        ("made", "private"),
        [
            (Credentials(client_id="id", client_secret="s3cret"), "s3cret"),
            (Token(access_token="t0ken"), "t0ken"),
            (Customer(email_id="kevin@example.com", mobile_number="9876543210"), "kevin@"),
            (BankDetails(account_number="000111222"), "000111222"),
            (Payer(vpa="kevin@bank"), "kevin@bank"),
            (Address(full_name="Kevin Bob", address1="Street"), "Kevin"),
            (
                OtherTender(
                    payment_amount=RUPEE,
                    payment_method="UPI",
                    payment_option={"upi_details": {"payer": {"vpa": "kevin@bank"}}},
                ),
                "kevin@bank",
            ),
        ],
        ids=lambda value: type(value).__name__ if attrs.has(type(value)) else "",
    )
    def test_hides(self, made, private):
        """Secrets and personal data of every class are masked."""
        assert private not in repr(made)
        assert "***" in repr(made)

    def test_hides_extra(self):
        """Fields that are not modelled may be a card token, so their values are masked, too."""
        body = CardDetails(card_number="4012001037141112", extra={"cryptogram": "very-private"})
        assert "very-private" not in repr(body)

    def test_leaves_out_what_is_not_set(self):
        """None and empty tuples are not shown."""
        assert "Address(city='Pune')" == repr(Address(city="Pune"))
        assert "Order(order_id='v1', status=<OrderStatus.CREATED: 'CREATED'>)" == repr(
            Order(order_id="v1", status="CREATED")
        )

    def test_keeps_false_zero_and_empty_text(self):
        """What was said is shown, also where it is false."""
        assert "SplitDetail(on_hold=False, status='')" == repr(SplitDetail(on_hold=False, status=""))
        assert "CartItem(item_quantity=0)" == repr(CartItem(item_quantity=0))

    def test_of_an_answer_shows_no_received_bytes(self):
        """The JSON as it came is not in the repr."""
        assert "_received" not in repr(Order(order_id="v1", status="CREATED"))


class TestSecret:
    """A text that nobody sees by accident."""

    @pytest.mark.parametrize(
        "show",
        [
            repr,
            str,
            format,
            ascii,
            "{}".format,
            "{!r:>20}".format,
            "%s".__mod__,
            lambda secret: f"{[secret]}",
        ],
        ids=["repr", "str", "format", "ascii", "braces", "braces r", "percent", "list"],
    )
    def test_is_masked(self, show):
        """Every way to print it prints the mask."""
        assert "s3cret" not in show(Secret("s3cret"))
        assert "***" in show(Secret("s3cret"))

    def test_reveals_on_request(self):
        """Only reveal gives the text."""
        assert "s3cret" == Secret("s3cret").reveal()

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_does_not_pickle(self, protocol):
        """A pickle would store it in the clear."""
        with pytest.raises(TypeError, match="does not pickle"):
            pickle.dumps(Secret("s3cret"), protocol)

    def test_has_no_dict(self):
        """vars, which error trackers call, finds nothing."""
        with pytest.raises(TypeError):
            vars(Secret("s3cret"))

    def test_equality(self):
        """Equal texts make equal secrets, and a text is not a secret."""
        assert Secret("a") == Secret("a")
        assert Secret("a") != Secret("b")
        assert Secret("a") != "a"
        assert 1 == len({Secret("a"), Secret("a")})

    def test_equality_of_any_text(self):
        """Comparing never raises, whatever text is inside."""
        assert Secret("\ud800") != Secret("é")
