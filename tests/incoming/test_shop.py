"""The example shop, from end to end: a real server, the sandbox, and a payer with a real browser."""

import asyncio
import contextlib
import importlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import attrs
import pytest

from pinelabs_async import Order, Session, from_json, return_url
from pinelabs_async.sandbox import Sandbox
from tests.incoming.conftest import served

pytest.importorskip("fastapi", reason="the extra [fastapi] is not installed")

FOLDER = Path(__file__).parents[2] / "examples" / "fastapi_shop"
PRICE = 149_900


@attrs.frozen
class Open:
    """A shop that is open, the sandbox behind it, and someone's HTTP client."""

    address: str
    box: Sandbox
    app: object
    http: aiohttp.ClientSession

    async def post(self, path, data=None):
        async with self.http.post(urljoin(self.address, path), data=data, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("location", ""), await answer.text()

    async def page(self, path):
        async with self.http.get(urljoin(self.address, path)) as answer:
            return await answer.text()

    @property
    def sale(self):
        [sale] = self.app.state.sales.values()
        return sale


@pytest.fixture
def example(monkeypatch):
    """The module of the example, which is run from its own folder."""
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module("shop")
    for name in ("shop", "pages", "sales"):
        sys.modules.pop(name)


@pytest.fixture
async def shop(example, box):
    """The shop, open."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    box.webhooks.url = f"{address}/webhooks/pinelabs"
    app = example.make_shop(
        example.Settings(
            address=address,
            webhook_secret=box.webhook_secret,
            return_url_secret=box.return_url_secret,
            open_session=lambda: Session(box.client_id, box.client_secret, base_url=box.base_url),
        )
    )
    async with served(app, listening=listening), aiohttp.ClientSession() as http:
        yield Open(address, box, app, http)


async def bought(shop, how):
    """Press a button of the front page, and return the page of the gateway that it leads to."""
    status, location, _ = await shop.post(f"/buy/{how}")
    assert 303 == status
    assert location.startswith(shop.box.base_url)
    return location


def choices(how):
    return {"outcome": "approve", "payment_method": "UPI"} if how == "hosted" else {"outcome": "approve"}


both_ways = pytest.mark.parametrize("how", ["hosted", "seamless"])


@both_ways
async def test_bought(shop, how):
    """The payer pays, comes back and sees it; whatever else tells of it, the shop ships once."""
    page = await bought(shop, how)
    form = await (await shop.http.post(page, data=choices(how))).text()
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    status, location, _ = await shop.post("/return", fields)
    assert (303, f"/purchases/{shop.sale.number}") == (status, location)
    text = await shop.page(location)
    assert ">PROCESSED<" in text
    assert '<td id="shipped">yes<' in text
    for _ in range(2):
        await shop.post("/return", fields)
        shop.box.webhooks.send("ORDER_PROCESSED", order_id=shop.sale.order_id)
    await shop.box.webhooks.delivered()
    assert {"delivered"} == {one.status for one in shop.box.webhooks.deliveries}
    assert 1 == shop.sale.shipped
    assert shop.sale.number in await shop.page("/")


@both_ways
async def test_the_payer_never_comes_back(shop, how):
    """The browser is closed after paying: the webhook alone makes the shop ship."""
    page = await bought(shop, how)
    assert 200 == (await shop.http.post(page, data=choices(how))).status
    await shop.box.webhooks.delivered()
    assert ("PROCESSED", 1) == (shop.sale.status, shop.sale.shipped)


@pytest.mark.parametrize("outcome", ["decline", "cancel"])
async def test_not_paid(shop, outcome):
    """Nothing is shipped for a payment that failed, though the return is signed and the browser comes back."""
    page = await bought(shop, "seamless")
    await getattr(shop.box.payer, {"decline": "decline", "cancel": "abandon"}[outcome])(page)
    await shop.box.webhooks.delivered()
    assert 0 == shop.sale.shipped
    text = await shop.page(f"/purchases/{shop.sale.number}")
    assert "PROCESSED" not in text
    assert "Give it back" not in text


async def test_refund(shop):
    """The money goes back once, however often the button is pressed."""
    await shop.box.payer.approve(await bought(shop, "seamless"))
    path = f"/purchases/{shop.sale.number}"
    assert "Give it back" in await shop.page(path)
    assert [303, 409] == [(await shop.post(f"{path}/refund"))[0] for _ in range(2)]
    await shop.box.webhooks.delivered()
    assert "FULLY_REFUNDED" == shop.sale.status
    assert [PRICE] == [done.amount for done in shop.box.ledger.executions("refunds.create")]
    async with shop.http.get(shop.address + path + "/order") as answer:
        order = from_json(Order, await answer.read())
    assert (shop.sale.order_id, "FULLY_REFUNDED") == (order.order_id, order.status)


async def test_returns_that_nobody_signed(shop):
    """A made-up return is refused; a signed one of another shop's order is unknown here."""
    await bought(shop, "seamless")
    fields = {"order_id": shop.sale.order_id, "status": "PROCESSED"}
    assert 400 == (await shop.post("/return", {**fields, "signature": "0" * 64}))[0]
    other = {"order_id": "v1-other", "status": "PROCESSED"}
    signed = {**other, "signature": return_url.sign(other, shop.box.return_url_secret)}
    assert 404 == (await shop.post("/return", signed))[0]
    assert 404 == (await shop.post("/purchases/none/refund"))[0]
    assert ("CREATED", 0) == (shop.sale.status, shop.sale.shipped)


def test_from_env(example, monkeypatch):
    """With the secrets of a merchant in the environment it is the shop for the real gateway."""
    for name in ("SHOP_ADDRESS", "PINELABS_WEBHOOK_SECRET", "PINELABS_RETURN_URL_SECRET"):
        monkeypatch.setenv(name, "00ff")
    assert "/webhooks/pinelabs" in {
        route.path for route in example.from_env().routes if hasattr(route, "path")
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing on Windows")
async def test_one_command():
    """``python run.py`` opens the shop beside a sandbox; Ctrl-C closes both."""
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(FOLDER / "run.py"), str(port), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(20), aiohttp.ClientSession() as http:
            assert b"The shop opens at" in await program.stdout.readline()
            while True:
                with contextlib.suppress(aiohttp.ClientConnectorError):
                    async with http.get(f"http://127.0.0.1:{port}/") as answer:
                        assert "A tea kettle" in await answer.text()
                        break
                await asyncio.sleep(0.05)
            async with http.post(f"http://127.0.0.1:{port}/buy/hosted") as page:
                assert 200 == page.status
    finally:
        program.send_signal(signal.SIGINT)
        _, errors = await program.communicate()
    assert b"" == errors


# With a real browser

SCREENSHOT = os.environ.get("SHOP_SCREENSHOT")
"""Where to keep the picture of the README: ``examples/fastapi_shop/shop.png``."""


@pytest.fixture
def chromium(tmp_path):
    """A headless Chromium."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if program is None or driver is None:
        pytest.skip("there is no chromium, or no chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "window-size=900,560"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    browser.set_page_load_timeout(30)
    browser.implicitly_wait(20)
    yield browser
    browser.quit()


@pytest.mark.timeout(120)
async def test_with_a_browser(shop, chromium, tmp_path):
    """Someone buys on the gateway's page, buys by net banking, and gives the second one back, all by clicks."""

    def press(label):
        chromium.find_element("xpath", f"//button[text()={label!r}]").click()

    def sees(status):
        """Wait for the page of the purchase with a status on it."""
        return chromium.find_element("xpath", f"//td[@id='status'][text()={status!r}]").is_displayed()

    def shopping():
        chromium.get(shop.address)
        chromium.find_element("xpath", "//button[contains(text(), 'page')]").click()
        press("Pay")
        assert sees("PROCESSED")
        chromium.get(shop.address)
        press("Buy by net banking")
        press("Pay")
        assert sees("PROCESSED")
        picture = Path(SCREENSHOT) if SCREENSHOT else tmp_path / "shop.png"
        assert chromium.save_screenshot(str(picture))
        assert picture.stat().st_size > 5000
        press("Give it back")
        assert sees("FULLY_REFUNDED")

    await asyncio.to_thread(shopping)
    assert ["PROCESSED", "FULLY_REFUNDED"] == [sale.status for sale in shop.app.state.sales.values()]
    await shop.box.webhooks.delivered()
    assert [1, 1] == [sale.shipped for sale in shop.app.state.sales.values()]
    assert {"delivered"} == {one.status for one in shop.box.webhooks.deliveries}
