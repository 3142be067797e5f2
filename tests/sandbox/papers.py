"""Import orders and the files that belong to them, over plain HTTP."""

import io
import json
from pathlib import Path

import aiohttp

SAMPLES = Path(__file__).parents[1] / "data" / "examples" / "international-payments"
MOST = 5 * 1024 * 1024
PDF = b"%PDF-1.4\r\n\x00\xff\r\n--not-the-boundary\r\n%%EOF"


def sample(name):
    return json.loads((SAMPLES / name).read_text())


def import_of(kind):
    """Name an order as one for imports, the way of the sandbox."""
    return {"purchase_details": {"merchant_metadata": {"flow_type": kind}}}


async def paid_import(api, reference="ord-1", kind="PA_CB"):
    """Make an import order that is paid."""
    return await api.paid(reference, **import_of(kind))


WRONG_FILES = {
    "no multipart": (lambda: b"%PDF", "DOC_MULTIPART_CONTENT_TYPE_REQUIRED"),
    "another part": (lambda: form(name="document"), "DOC_FILE_MISSING"),
    "a text": (lambda: form(content_type="text/plain"), "DOC_INVALID_FILE_TYPE"),
    "too large": (lambda: form(b"x" * (MOST + 1)), "DOC_FILE_TOO_LARGE"),
}


def form(content=PDF, name="file", filename="paper.pdf", content_type="application/pdf"):
    """Make a multipart body with one part."""
    data = aiohttp.FormData(quote_fields=False)
    data.add_field(name, io.BytesIO(content), filename=filename, content_type=content_type)
    return data


async def put(api, path, data):
    """Upload, and return status and answer."""
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.put(path, data=data, headers=headers) as answer:
        return answer.status, await answer.json()


async def post_raw(api, path, content):
    """Send bytes as JSON, and return status and answer."""
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    async with api.http.post(path, data=content, headers=headers) as answer:
        return answer.status, await answer.json()
