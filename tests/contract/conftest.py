"""A client that speaks plain HTTP, to bring about what a row needs."""

import aiohttp
import pytest

from tests.sandbox.conftest import Api


@pytest.fixture
async def api(box):
    async with aiohttp.ClientSession(box.base_url) as http:
        client = Api(box, http)
        await client.login()
        yield client
