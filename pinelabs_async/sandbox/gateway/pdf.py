"""One page of text as a PDF: five objects and the table that says where each one is."""

from collections.abc import Sequence


def one_page(title: str, lines: Sequence[str]) -> bytes:
    """Return an A4 page with a heading and lines; characters outside Latin-1 become question marks."""
    text = [b"BT /F1 18 Tf 60 770 Td", _shown(title), b"/F1 11 Tf 0 -36 Td 18 TL"]
    text += [_shown(line) + b" T*" for line in lines]
    content = b"\n".join([*text, b"ET"])
    fonts = b"<< /Font << /F1 5 0 R >> >>"
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %b >>" % fonts,
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ]
    )


def _shown(line: str) -> bytes:
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"(%b) Tj" % " ".join(escaped.split()).encode("latin-1", errors="replace")


def _file(objects: Sequence[bytes]) -> bytes:
    written = b"%PDF-1.4\n"
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    # Every line of the table has twenty bytes.
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    )
