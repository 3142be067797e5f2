"""The sandbox's page in a real browser: live without reloading, and clicked through from order to refund."""

import os
import shutil
from pathlib import Path

import pytest

from pinelabs_sync import Money, NewCheckout, NewOrder, NewPaymentLink, NewPayout, NotFoundError, Session
from pinelabs_sync.sandbox import Sandbox

SCREENSHOTS = os.environ.get("PINELABS_SCREENSHOTS")
"""Where to keep the pictures of the documentation: ``docs/images``."""
PRICE = Money.from_rupees("1499.00")


@pytest.fixture
def chromium(tmp_path):
    """A headless Chromium."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if program is None or driver is None:
        pytest.skip("there is no chromium, or no chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-dev-shm-usage",
        "disable-gpu",
        "window-size=1280,900",
    ):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    browser.set_page_load_timeout(30)
    browser.implicitly_wait(20)
    yield browser
    browser.quit()


@pytest.fixture
def box():
    with Sandbox() as started:
        yield started


@pytest.fixture
def pinelabs(box):
    with Session(box.client_id, box.client_secret, base_url=box.base_url) as session:
        yield session


def row(section, about):
    return f"//section[@id={section!r}]//tr[contains(., {about!r})]"


class Person:
    """Someone at the page, with a mouse."""

    def __init__(self, browser, box, pictures):
        self.browser, self.box, self.pictures = browser, box, pictures

    def until(self, done):
        """Try until it is done: a page that changes takes its elements along, which chromedriver says in many ways."""
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver.support.wait import WebDriverWait

        waiting = WebDriverWait(self.browser, 20, ignored_exceptions=[WebDriverException])
        return waiting.until(lambda _: done())

    def finds(self, path):
        found = self.browser.find_element("xpath", path)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    def sees(self, section, *texts):
        """Wait for a row of a list that has all these texts."""
        having = "".join(f"[contains(., {text!r})]" for text in texts)
        self.browser.find_element("xpath", f"//section[@id={section!r}]//tr{having}")

    def clicks(self, label, *, at="//body"):
        path = f"{at}//*[self::a or self::button][text()={label!r}]"
        self.until(lambda: self.finds(path).click() or True)

    def clicks_in_row(self, section, about, label):
        self.clicks(label, at=row(section, about))

    def writes_in_row(self, section, about, text):
        def written():
            field = self.finds(f"{row(section, about)}//input[@name='amount']")
            field.clear()
            field.send_keys(text)
            return text == field.get_property("value")

        self.until(written)

    def reads(self, css, text):
        """Wait for an element with a text in it: a click does not wait for the page that it leads to."""
        self.until(lambda: text in self.browser.find_element("css selector", css).text)

    def takes_picture(self, name):
        picture = self.pictures / f"sandbox-{name}.png"
        assert self.browser.save_screenshot(str(picture))
        assert picture.stat().st_size > 5000


@pytest.fixture
def person(chromium, box, tmp_path):
    return Person(chromium, box, Path(SCREENSHOTS) if SCREENSHOTS else tmp_path)


def furnish(pinelabs):
    """Make a little of everything, for the pictures."""
    for reference, rupees in (("order-1041", "2350.00"), ("order-1042", "499.50")):
        pinelabs.orders.create(
            NewOrder(merchant_order_reference=reference, order_amount=Money.from_rupees(rupees))
        )
    pinelabs.payment_links.create(
        NewPaymentLink(merchant_payment_link_reference="invoice-88", amount=Money.from_rupees("12000.00"))
    )
    pinelabs.payouts.create(
        NewPayout(
            client_reference_id="salary-7",
            payee_name="Asha Rao",
            amount=Money.from_rupees("45000.00"),
            mode="IMPS",
            remarks="Salary",
            account_number="12345671415",
            branch_code="SBIN0011123",
        )
    )


@pytest.mark.timeout(120)
def test_from_order_to_refund(person, pinelabs, box):
    """An order made by the API appears by itself; it is paid on the payer's page, refunded, and time moves."""
    person.browser.get(box.base_url)
    furnish(pinelabs)
    made = pinelabs.orders.create(NewOrder(merchant_order_reference="order-1043", order_amount=PRICE))
    person.sees("orders", "order-1043", "₹ 1,499.00", "CREATED")

    person.clicks_in_row("orders", "order-1043", "Open page")
    person.reads("main", "1,499.00 INR for order order-1043")
    person.takes_picture("challenge")
    person.clicks("Pay")
    person.reads("h1", "Back to the shop")
    person.clicks("What it holds")

    person.sees("orders", "order-1043", "PROCESSED")
    person.sees("payments", made.order_id, "PROCESSED")
    person.reads("#figures", "₹ 1,499.00")
    person.writes_in_row("orders", "order-1043", "499.00")
    person.clicks_in_row("orders", "order-1043", "Refund")
    person.reads("#note", "499.00 of order order-1043 go back.")
    person.sees("refunds", made.order_id, "₹ 499.00", "PROCESSED")

    person.clicks_in_row("orders", "order-1041", "Pay")
    person.sees("orders", "order-1041", "PROCESSED")
    person.clicks_in_row("orders", "order-1042", "Fail")
    person.sees("orders", "order-1042", "ATTEMPTED")
    person.clicks("+7 days")
    person.reads("#note", "The clock moved 7 days forward.")
    person.sees("payouts", "salary-7", "SUCCESS")
    person.sees("links", "invoice-88", "EXPIRED")
    person.takes_picture("lists")

    order = pinelabs.orders.get(made.order_id)
    assert "PARTIALLY_REFUNDED" == order.status
    assert (149_900 + 235_000, 49_900 + 4_500_000) == (box.ledger.money_in, box.ledger.money_out)
    assert [] == person.browser.get_log("browser")


@pytest.mark.timeout(120)
def test_checkout_and_requests(person, pinelabs, box):
    """A hosted page is opened from its order and paid; the request that made it is shown without its token."""
    pinelabs.checkout.create(NewCheckout(merchant_order_reference="order-7", order_amount=PRICE))
    person.browser.get(box.base_url)
    person.clicks_in_row("orders", "order-7", "Open page")
    person.reads("h1", "Sandbox checkout")
    person.takes_picture("checkout")
    person.clicks("Pay")
    person.reads("h1", "Back to the shop")
    person.clicks("What it holds")
    person.sees("orders", "order-7", "PROCESSED")

    person.clicks("2")
    person.reads("h1", "POST /api/checkout/v1/orders")
    person.reads("main", "Authorization: •••")
    person.takes_picture("request")
    person.clicks("Back to the lists")
    person.reads("h1", "Pine Labs sandbox")


@pytest.mark.timeout(120)
def test_what_strangers_wrote_does_nothing(person, pinelabs, box):
    """Markup in what was sent is on the page as text, also after the script has replaced the list."""
    evil = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
    person.browser.get(box.base_url)
    pinelabs.payment_links.create(
        NewPaymentLink(merchant_payment_link_reference="link-1", amount=PRICE, description=evil)
    )
    with pytest.raises(NotFoundError):
        pinelabs.request("GET", "/nowhere", params={"name": evil})

    person.sees("requests", evil.partition('"')[0])
    person.clicks_in_row("links", "link-1", "Open page")
    person.reads("main", evil)

    assert "Sandbox payment link" == person.browser.title
    assert [] == [line["message"] for line in person.browser.get_log("browser")]
