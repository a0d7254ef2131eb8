"""PDFs written byte by byte, for what no well-behaved library would write."""

import zlib
from collections.abc import Sequence

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_HEADER = b"%PDF-1.7\n"


def pdf(objects: Sequence[bytes]) -> bytes:
    """A file of `objects`, numbered from 1; the first is the catalogue."""
    out, places = _HEADER, []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )


def stream(entries: bytes, data: bytes) -> bytes:
    """A stream object with some dictionary entries."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def page(contents: int, resources: bytes = b"") -> bytes:
    """A page whose contents are object `contents` and whose font F is object 3; parent is 2."""
    return (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
        b"/Resources<</Font<</F 3 0 R>>%s>>>>" % (contents, resources)
    )


def text(words: str) -> bytes:
    """A content stream that shows a line of text in font F."""
    return stream(b"", b"BT /F 11 Tf 72 700 Td (%s) Tj ET" % words.encode())


def document(pages: Sequence[int], *others: bytes, catalogue: bytes = b"") -> bytes:
    """A file whose page tree lists the objects `pages`; `others` are objects 4, 5, …"""
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)),
            FONT,
            *others,
        ]
    )


def many_pages(count: int) -> bytes:
    """A file with `count` pages that show the same words."""
    first = 5
    words = text("A page among very many others.")
    return document(range(first, first + count), words, *[page(4)] * count)


def endless_page() -> bytes:
    """Two pages: one can be read, the other draws ten forms that draw ten forms, and so on."""
    levels = 10
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>%s>>"
    inner = [
        stream(form % (b"/XObject<</X %d 0 R>>" % (9 + level)), b"/X Do " * 10)
        for level in range(levels)
    ]
    last = stream(form % b"", b"BT /F 11 Tf 72 700 Td (word) Tj ET")
    return document(
        [4, 6],
        page(5),
        text("The first page can be read."),
        page(7, b"/XObject<</X 8 0 R>>"),
        stream(b"", b"/X Do"),
        *inner,
        last,
    )


def huge_image(side: int) -> bytes:
    """A page with text and a black and white image of `side` times `side` pixels."""
    packed = zlib.compress(bytes(side * side // 8), 1)
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1"
        b"/ColorSpace/DeviceGray/Filter/FlateDecode" % (side, side)
    )
    shown = b"BT /F 11 Tf 72 700 Td (Text over a huge image.) Tj ET q 300 0 0 200 72 400 cm /I Do Q"
    image = b"/XObject<</I 6 0 R>>"
    return document([4], page(5, image), stream(b"", shown), stream(head, packed))


def circular_outline() -> bytes:
    """A page, and an outline whose entry follows and contains itself."""
    outlines = b"<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>"
    entry = b"<</Title(Loop)/Parent 6 0 R/Next 7 0 R/Prev 7 0 R/First 7 0 R/Last 7 0 R/Count 9>>"
    words = text("A page under a circular outline.")
    return document([4], page(5), words, outlines, entry, catalogue=b"/Outlines 6 0 R")


def circular_pages() -> bytes:
    """A page tree that contains itself."""
    return document([4, 2], page(5), text("A page beside its own parent."))


def inflating_page(mebibytes: int, operator: bytes = b" ") -> bytes:
    """A page whose contents, compressed twice, grow to so many mebibytes of an operator."""
    mebibyte = operator * ((1 << 20) // len(operator))
    packer, packed = zlib.compressobj(9), b""
    for _ in range(mebibytes):
        packed += packer.compress(mebibyte)
    twice = zlib.compress(packed + packer.flush(), 9)
    return document([4], page(5), stream(b"/Filter[/FlateDecode/FlateDecode]", twice))
