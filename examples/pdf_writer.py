"""A minimal PDF writer: a text document, and what goes wrong with PDF files: cut off, locked, scanned."""

import hashlib
import struct
import textwrap
from collections.abc import Iterator
from pathlib import Path


def pdf_string(text: str) -> bytes:
    raw = text.encode("cp1252")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def page_lines(text: str) -> Iterator[tuple[int, str]]:
    """Font size and text of each printed line; `# ` and `## ` mark headings."""
    for paragraph in text.strip().splitlines():
        marks = len(paragraph) - len(paragraph.lstrip("#"))
        size = {0: 10, 1: 17, 2: 13}[marks]
        for line in textwrap.wrap(paragraph.lstrip("# "), width=88):
            yield size, line
        yield size, ""


def page_content(text: str, running_head: str, number: int) -> bytes:
    """The drawing operators of one A4 page with a running header and a page number."""
    out = [b"BT /F1 8 Tf 1 0 0 1 72 806 Tm " + pdf_string(running_head) + b" Tj ET"]
    height = 770
    for size, line in page_lines(text):
        if line:
            out.append(b"BT /F1 %d Tf 1 0 0 1 72 %d Tm " % (size, height) + pdf_string(line) + b" Tj ET")
        height -= size + 4 if line else 6
    out.append(b"BT /F1 8 Tf 1 0 0 1 290 40 Tm " + pdf_string(str(number)) + b" Tj ET")
    return b"\n".join(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n" % (len(content), entries) + content + b"\nendstream"


def pdf_file(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Objects are numbered from 1; the first one is the catalogue."""
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table
        + b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(out))
    )  # fmt: skip


def page_object(resources: bytes, content: int) -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << %s >> /Contents %d 0 R >>" % (
        resources,
        content,
    )


def document_objects(contents: list[bytes], title: str) -> list[bytes]:
    """Catalogue, page tree, font, information, then a page and its content for each entry."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + pdf_string(title) + b" >>",
    ]
    for i, content in enumerate(contents):
        objects.append(page_object(b"/Font << /F1 3 0 R >>", 6 + 2 * i))
        objects.append(stream(content))
    return objects


def text_objects(source: Path) -> list[bytes]:
    pages = source.read_text(encoding="utf-8").split("\\f\n")
    title = pages[0].splitlines()[0].lstrip("# ")
    contents = [page_content(page, title, number) for number, page in enumerate(pages, start=1)]
    return document_objects(contents, title)


def text_pdf(source: Path) -> bytes:
    return pdf_file(text_objects(source), b"/Info 4 0 R ")


def broken_pdf(source: Path) -> bytes:
    """A download that stopped before the first page: neither page tree nor cross-reference table."""
    return text_pdf(source)[:60]


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypted_pdf(source: Path, password: bytes = b"open sesame") -> bytes:
    """Standard security handler, revision 2 (RC4, 40 bits), with a user password: ISO 32000-1, 7.6.3."""
    filler = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded = (password + filler)[:32]
    identifier = hashlib.md5(b"darwin-assets example").digest()
    permissions = -64
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", permissions) + identifier).digest()[:5]
    user = rc4(key, filler)
    objects = text_objects(source)
    for index in range(5, len(objects), 2):  # the content streams
        salt = struct.pack("<I", index + 1)[:3] + b"\0\0"
        content = objects[index].split(b"stream\n", 1)[1].removesuffix(b"\nendstream")
        objects[index] = stream(rc4(hashlib.md5(key + salt).digest()[:10], content))
    encrypt = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >>" % (
        owner.hex().encode(), user.hex().encode(), permissions
    )  # fmt: skip
    hexadecimal = identifier.hex().encode()
    trailer = b"/Encrypt %d 0 R /ID [<%s> <%s>] " % (len(objects) + 1, hexadecimal, hexadecimal)
    return pdf_file([*objects, encrypt], trailer)


def scanned_pdf(source: Path) -> bytes:
    """A page that holds one picture of word shapes and no text, as a scanner without recognition makes it."""
    width, height = 248, 350
    pixels = bytearray(b"\xff" * (width // 8 * height))
    for row, line in enumerate(textwrap.wrap(source.read_text(encoding="utf-8"), width=52)[:38]):
        for column, letter in enumerate(line):
            if letter != " ":
                for y in range(5 if letter.islower() else 7):
                    bit = 16 + column * 4
                    pixels[(12 + row * 9 - y) * (width // 8) + bit // 8] &= 0xFF ^ (0xE0 >> bit % 8)
    image = stream(
        bytes(pixels),
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 "
        % (width, height),
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page_object(b"/XObject << /Im1 5 0 R >>", 4),
        stream(b"q 595 0 0 842 0 0 cm /Im1 Do Q"),
        image,
    ]
    return pdf_file(objects)
