"""A file from the gateway: whole or not at all, in memory or on disk."""

import asyncio
import gzip

import pytest

import pinelabs_sync
from pinelabs_async import ConfigurationError, InvalidRequestError, NoAnswerError
from pinelabs_async.wire import download
from tests.loopback.raw import (
    LoopThread,
    RawServer,
    answer,
    bytes_only,
    drop,
    never,
    refusal,
    reset,
    response,
)

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 2000 + b"%%EOF"
PATH = "/api/pay/v1/order/v1-1/challan/pdf"


def whole(**parts):
    return answer(PDF, kind="application/pdf", **parts)


def cut_off():
    return bytes_only(response(PDF[: len(PDF) // 2], kind="application/pdf", length=len(PDF)))


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


async def test_into_memory(raw, connect):
    """The bytes come as they are; the call is a READ with the token."""
    raw.script = [whole()]
    assert PDF == await connect(raw).challans.download_pdf("v1-1")
    [request] = raw.requests
    assert ("GET", PATH) == (request.method, request.target)
    assert "application/pdf, application/json" == request.headers["accept"]
    assert "Bearer token-1" == request.headers["authorization"]


@pytest.mark.parametrize("kind", ["application/octet-stream", None])
async def test_media_type_does_not_matter(raw, connect, kind):
    """The vendor names no media type: the bytes decide."""
    raw.script = [answer(PDF, kind=kind)]
    assert PDF == await connect(raw).challans.download_pdf("v1-1")


async def test_without_length(raw, connect):
    """A body that ends with its connection is taken."""
    raw.script = [bytes_only(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + PDF)]
    assert PDF == await connect(raw).challans.download_pdf("v1-1")


async def test_into_a_file(raw, connect, tmp_path):
    """The file has every byte, nothing stands beside it, and nothing is kept in memory."""
    raw.script = [whole()]
    target = tmp_path / "challan.pdf"
    assert b"" == await connect(raw).challans.download_pdf("v1-1", target)
    assert PDF == target.read_bytes()
    assert ["challan.pdf"] == files_in(tmp_path)


async def test_replaces_a_file(raw, connect, tmp_path):
    """A file that was there is replaced, by name as text too."""
    raw.script = [whole()]
    target = tmp_path / "challan.pdf"
    target.write_bytes(b"old and longer" * 99999)
    await connect(raw).challans.download_pdf("v1-1", to=str(target))
    assert PDF == target.read_bytes()


@pytest.mark.parametrize(
    "trouble", [drop, reset, cut_off(), refusal(503, None)], ids=["drop", "reset", "cut off", "503"]
)
async def test_again_from_the_start(raw, connect, tmp_path, trouble):
    """After a broken attempt the next one starts anew: no byte of the first is left in front or behind."""
    short = b"%PDF-1.4 short"
    raw.script = [trouble, answer(short)]
    session = connect(raw)
    assert short == await session.challans.download_pdf("v1-1")
    raw.script = [trouble, answer(short)]
    await session.challans.download_pdf("v1-1", tmp_path / "a.pdf")
    assert short == (tmp_path / "a.pdf").read_bytes()
    assert ["a.pdf"] == files_in(tmp_path)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (drop, "ServerDisconnected"),
        (cut_off(), "PayloadError"),
        (answer(b"<html>login</html>", kind="text/html"), "18 bytes of text/html that came are no PDF"),
        (answer({"code": "X"}), "13 bytes of application/json that came are no PDF"),
        (answer(b""), "0 bytes of application/json that came are no PDF"),
    ],
    ids=["drop", "cut off", "page", "JSON", "nothing"],
)
async def test_no_pdf(raw, connect, tmp_path, trouble, told):
    """What never becomes a whole PDF is an error that says what came, and the old file stays as it was."""
    raw.script = [trouble]
    target = tmp_path / "challan.pdf"
    target.write_bytes(b"old")
    with pytest.raises(NoAnswerError, match=told) as caught:
        await connect(raw).challans.download_pdf("v1-1", target)
    assert (3, "challans.download_pdf", "unknown") == (
        len(raw.requests),
        caught.value.operation,
        caught.value.outcome,
    )
    assert b"old" == target.read_bytes()
    assert ["challan.pdf"] == files_in(tmp_path)


async def test_refused(raw, connect, tmp_path):
    """A refusal is read as JSON, not as a file."""
    raw.script = [refusal(400, "INVALID_REQUEST", "No challan for the order")]
    with pytest.raises(InvalidRequestError, match="No challan for the order") as caught:
        await connect(raw).challans.download_pdf("v1-1", tmp_path / "a.pdf")
    assert {"order_id": "v1-1"} == caught.value.ids
    assert [] == files_in(tmp_path)


async def test_new_token(raw, connect):
    """A 401 brings one new token and the file."""
    raw.script = [refusal(401, "UNAUTHORIZED"), whole()]
    assert PDF == await connect(raw).challans.download_pdf("v1-1")
    assert 2 == len(raw.token_requests)


@pytest.mark.parametrize("compressed", [True, False])
async def test_too_large(raw, connect, monkeypatch, tmp_path, compressed):
    """More than the bound is refused, also where it is small on the wire, and leaves no file."""
    monkeypatch.setattr(download, "_LIMIT", 300_000)
    body = b"%PDF-" + bytes(400_000)
    sent = gzip.compress(body) if compressed else body
    raw.script = [answer(sent, headers={"Content-Encoding": "gzip"} if compressed else {})]
    with pytest.raises(NoAnswerError, match="larger than 300000 bytes"):
        await connect(raw).challans.download_pdf("v1-1", tmp_path / "a.pdf")
    assert [] == files_in(tmp_path)


async def test_folder_that_is_not_there(raw, connect, tmp_path):
    """A place that cannot be written is found out before anything is asked for."""
    for place in (tmp_path / "no" / "a.pdf", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be written to"):
            await connect(raw).challans.download_pdf("v1-1", place)
    assert [] == raw.requests


async def test_cancelled(raw, connect, tmp_path):
    """Cancelling leaves no half file behind."""
    begun = asyncio.Event()

    async def begin(peer):
        begun.set()
        await never(peer)

    raw.script = [begin]
    task = asyncio.create_task(connect(raw).challans.download_pdf("v1-1", tmp_path / "a.pdf"))
    async with asyncio.timeout(5):
        await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [] == files_in(tmp_path)


def test_blocking(tmp_path):
    """The blocking package does the same."""
    with LoopThread() as thread:
        server = thread.run(RawServer(whole()).__aenter__())
        with pinelabs_sync.Session("client", "secret", base_url=server.base_url) as pinelabs:
            assert PDF == pinelabs.challans.download_pdf("v1-1")
            pinelabs.challans.download_pdf("v1-1", tmp_path / "a.pdf")
        thread.run(server.__aexit__())
    assert PDF == (tmp_path / "a.pdf").read_bytes()
