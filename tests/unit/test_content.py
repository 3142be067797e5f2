"""What a body becomes on the wire: JSON, a form, or a file."""

import json
from urllib.parse import parse_qsl

import pytest
from aiohttp import MultipartReader
from aiohttp.streams import StreamReader

from pinelabs_async import Document, NewPayByLink, PayoutFile, from_json
from pinelabs_async.wire.content import Content, as_form, as_json
from pinelabs_async.wire.files import FilePart, as_form_file, as_multipart

PDF = b"%PDF-1.4 \x00\xff\r\n--looks like a boundary--\r\n"


class Fed(StreamReader):
    """A stream that holds some bytes and its end."""

    def __init__(self, loop, data):
        from aiohttp.base_protocol import BaseProtocol

        super().__init__(BaseProtocol(loop), 2**24, loop=loop)
        self.feed_data(data)
        self.feed_eof()


async def parts_of(content):
    """Read a multipart body with a parser that is not ours."""
    import asyncio

    stream = Fed(asyncio.get_running_loop(), content.data)
    reader = MultipartReader({"Content-Type": content.type}, stream)
    found = []
    while (part := await reader.next()) is not None:
        found.append((part.name, part.filename, part.headers["Content-Type"], bytes(await part.read())))
    return found


def test_json():
    """Plain JSON, with its media type."""
    link = NewPayByLink(reference_no="r", amount=100, payment_mode="1")
    content = as_json(link)
    assert "application/json" == content.type
    assert {"REFERENCE_NO": "r", "AMOUNT": 100, "PAYMENT_MODE": "1"} == json.loads(content.data)


def test_form():
    """Members become fields, quoted so that none can become another."""
    link = NewPayByLink(
        reference_no="a&AMOUNT=1 +%é", amount=20000, payment_mode="1,10", product_description="x=y"
    )
    content = as_form(link)
    assert "application/x-www-form-urlencoded" == content.type
    assert [
        ("REFERENCE_NO", "a&AMOUNT=1 +%é"),
        ("AMOUNT", "20000"),
        ("PAYMENT_MODE", "1,10"),
        ("PRODUCT_DESCRIPTION", "x=y"),
    ] == parse_qsl(content.data.decode("ascii"), strict_parsing=True)


@pytest.mark.parametrize("name", ["invoice.pdf", "रसीद 1.pdf", "a;b'c.pdf"])
async def test_multipart(name):
    """One part, named file, with name, media type and every byte, as another library reads it."""
    content = as_multipart(Document(PDF, name))
    assert [("file", name, "application/pdf", PDF)] == await parts_of(content)


async def test_boundaries_differ():
    """No two bodies have the same boundary, so that no file can hold it on purpose."""
    one, other = as_multipart(Document(PDF, "a.pdf")), as_multipart(Document(PDF, "a.pdf"))
    assert one.type != other.type


def test_form_file():
    """A file as a form field: every byte is quoted."""
    content = as_form_file(PayoutFile(b"a,b\n1,\xff&file=x\x00", "payouts.csv"))
    assert "application/x-www-form-urlencoded" == content.type
    assert b"file=a%2Cb%0A1%2C%FF%26file%3Dx%00" == content.data


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("a.jpg", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.png", "image/png"),
    ],
)
def test_document_type_is_found(name, kind):
    """The name's ending says the media type of a document."""
    assert kind == Document(PDF, name).content_type


@pytest.mark.parametrize("name", ["a.exe", "a", "a.pdf.txt"])
def test_document_of_another_type(name):
    """Other types are refused at the door, and the message lists those that are taken."""
    with pytest.raises(ValueError, match=r"Document takes application/pdf, image/jpeg, image/png"):
        Document(PDF, name)
    assert "application/pdf" == Document(PDF, name, content_type="application/pdf").content_type
    with pytest.raises(ValueError, match="text/html"):
        Document(PDF, name, content_type="text/html")


@pytest.mark.parametrize(
    "name", ['a".pdf', "a\r\nX: 1.pdf", "../a.pdf", "a\\b.pdf", "", " ", "..", "x" * 201]
)
def test_names_that_would_break_the_header(name):
    """A name that would end its header, or is a path, is refused."""
    with pytest.raises(ValueError, match="filename"):
        FilePart(PDF, name)


def test_content_type_cannot_break_the_header():
    """Neither can the media type."""
    with pytest.raises(ValueError, match="content_type"):
        FilePart(PDF, "a.bin", content_type="text/plain\r\nX: 1")


def test_limit():
    """5 MiB go through and one byte more does not; nothing goes through neither."""
    assert 5_242_880 == len(Document(b"x" * 5_242_880, "a.pdf").content)
    with pytest.raises(ValueError, match="5242881 bytes; at most 5242880"):
        Document(b"x" * 5_242_881, "a.pdf")
    with pytest.raises(ValueError, match="empty"):
        Document(b"", "a.pdf")


def test_text_is_no_file():
    """A str is refused: which bytes it stands for is not ours to guess."""
    with pytest.raises(TypeError, match=r"Document\.content must be bytes, not str"):
        Document("text", "a.pdf")


def test_read(tmp_path):
    """A file on disk gives its bytes and its name."""
    path = tmp_path / "invoice.pdf"
    path.write_bytes(PDF)
    assert Document(PDF, "invoice.pdf") == Document.read(path) == Document.read(str(path))
    with pytest.raises(FileNotFoundError):
        Document.read(tmp_path / "nothing.pdf")
    with path.open("wb") as large:
        large.truncate(5_242_881)
    with pytest.raises(ValueError, match="at most 5242880"):
        Document.read(path)


def test_repr_shows_no_bytes():
    """Neither a file nor what is sent shows its bytes."""
    assert "PDF-" not in repr(Document(PDF, "a.pdf"))
    assert "secret" not in repr(Content("text/plain", b"secret"))


def test_a_file_is_not_json():
    """from_json says so."""
    with pytest.raises(TypeError, match="Document is not read from JSON"):
        from_json(Document, {"content": "x"})
