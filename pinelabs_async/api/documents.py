"""Papers that import orders need: the files of invoices and air waybills."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from pinelabs_async.wire.files import FilePart


@attrs.frozen
class Document(FilePart):
    """Hold the file of an invoice or air waybill: PDF, JPEG or PNG, at most 5 MiB.

    ::

        invoice = Document.read("invoice.pdf")

    Source: https://www.pinelabs.com/docs/online-payments/api/international-payments/upload-invoice-file
    """

    TYPES: ClassVar[Mapping[str, str]] = {
        ".pdf": "application/pdf",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".png": "image/png",
    }
