"""Make the binary files of the sample corpus from the text in `sources/`, with the same bytes every time.

    python examples/build_binaries.py [OUTPUT_FOLDER]

Archives and WARC records are stored without compression, so the bytes do not depend on the zlib of the
machine; the one file that must expand too far uses bzip2, which has a single implementation.
"""

import hashlib
import io
import struct
import sys
import tarfile
import uuid
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
from pdf_writer import broken_pdf, encrypted_pdf, scanned_pdf, text_pdf

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
MOMENT = (2026, 1, 15, 0, 0, 0)
BOMB_BYTES = 30 * 1024 * 1024


def members(folder: Path) -> list[tuple[str, bytes]]:
    return [
        (path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    ]


def zip_file(entries: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type, info.create_system, info.external_attr = compression, 3, 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def book(folder: Path) -> bytes:
    """An EPUB, whose type must stand first."""
    return zip_file(sorted(members(folder), key=lambda entry: entry[0] != "mimetype"))


def locked_book(folder: Path) -> bytes:
    """The same as a shop with copy protection would hand it out: the chapters are noise without its key."""
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
        'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
        "</EncryptedData></encryption>"
    )
    entries = [(name, noise() if name.endswith(".xhtml") else content) for name, content in members(folder)]
    return zip_file([("META-INF/encryption.xml", encryption.encode()), *entries])


def zip_bomb() -> bytes:
    return zip_file([("blank.txt", bytes(BOMB_BYTES))], zipfile.ZIP_BZIP2)


def gzip_stored(content: bytes) -> bytes:
    """One gzip member of stored blocks (RFC 1951, 3.2.4), which every reader expands."""
    blocks = [content[start : start + 0xFFFF] for start in range(0, len(content), 0xFFFF)] or [b""]
    out = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
    for index, block in enumerate(blocks):
        last = index == len(blocks) - 1
        out += struct.pack("<BHH", last, len(block), 0xFFFF ^ len(block)) + block
    return out + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def tar_gz(entries: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), 1768435200, 0o644
            archive.addfile(info, io.BytesIO(content))
    return gzip_stored(buffer.getvalue())


def warc_record(kind: str, number: int, content: bytes, content_type: str, target: str = "") -> bytes:
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {number}")
    head = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{identifier}>",
        f"WARC-Date: 2026-01-18T03:{number:02d}:00Z",
        *([f"WARC-Target-URI: {target}"] if target else []),
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
    ]
    return gzip_stored("\r\n".join(head).encode() + b"\r\n\r\n" + content + b"\r\n\r\n")


def http_response(status: str, headers: list[str], body: bytes) -> bytes:
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def web_archive(folder: Path) -> bytes:
    """Ten records: crawl information, a request, articles, error pages, a redirect, a picture, a note."""
    site = "https://example.org/lecture-garden"
    response, html = "application/http; msgtype=response", ["Content-Type: text/html; charset=utf-8"]

    def page(number: int, name: str, status: str = "200 OK") -> bytes:
        body = (folder / name).read_bytes()
        return warc_record("response", number, http_response(status, html, body), response, f"{site}/{name[3:-5]}")

    picture = http_response("200 OK", ["Content-Type: image/png"], bytes.fromhex("89504e470d0a1a0a") + bytes(24))
    moved = http_response("301 Moved Permanently", [f"Location: {site}/aqueducts"], b"")
    request = b"GET /lecture-garden/aqueducts HTTP/1.1\r\nHost: example.org\r\n\r\n"
    information = b"software: example crawler\r\nformat: WARC File Format 1.0\r\nrobots: obey\r\n"
    records = [
        warc_record("warcinfo", 0, information, "application/warc-fields"),
        warc_record("request", 1, request, "application/http; msgtype=request", f"{site}/aqueducts"),
        page(2, "02-aqueducts.html"),
        page(3, "03-missing.html", "404 Not Found"),
        page(4, "04-grimms-law.html"),
        warc_record("response", 5, moved, response, f"{site}/aqueduct"),
        warc_record("response", 6, picture, response, f"{site}/logo.png"),
        page(7, "07-overload.html", "503 Service Unavailable"),
        page(8, "08-printing-press.html"),
        warc_record("metadata", 9, b"fetchTimeMs: 87\r\n", "application/warc-fields", f"{site}/printing-press"),
    ]
    return b"".join(records)


def parquet_file(folder: Path) -> bytes:
    """Columns `title`, `text`, `year`; a file's name begins with its row from 0; other rows have no text."""
    texts = {int(path.name.split("-")[0]): path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    rows = [texts.get(row) for row in range(max(texts) + 1)]
    frame = pl.DataFrame(
        {
            "title": [text.splitlines()[0].lstrip("# ") if text else None for text in rows],
            "text": rows,
            "year": [2026] * len(rows),
        },
        schema={"title": pl.String, "text": pl.String, "year": pl.Int32},
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="uncompressed", statistics=False)
    return buffer.getvalue()


def noise() -> bytes:
    """Bytes of no known format."""
    return b"\x00\xfe" + b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(64))


BINARIES: dict[str, Callable[[], bytes]] = {
    "course-files/thin-lenses.docx": lambda: zip_file(members(SOURCES / "course-files/thin-lenses.docx")),
    "course-files/short-history-of-the-metre.epub": lambda: book(
        SOURCES / "course-files/short-history-of-the-metre.epub"
    ),
    "course-files/metre-from-a-shop.epub": lambda: locked_book(
        SOURCES / "course-files/short-history-of-the-metre.epub"
    ),
    "preprints/pdf/bloom-filters.pdf": lambda: text_pdf(SOURCES / "preprints/pdf/bloom-filters.pdf.txt"),
    "preprints/pdf/groundwater.pdf": lambda: text_pdf(SOURCES / "preprints/pdf/groundwater.pdf.txt"),
    "preprints/pdf/groundwater-interrupted.pdf": lambda: broken_pdf(SOURCES / "preprints/pdf/groundwater.pdf.txt"),
    "preprints/pdf/bloom-filters-locked.pdf": lambda: encrypted_pdf(SOURCES / "preprints/pdf/bloom-filters.pdf.txt"),
    "preprints/pdf/groundwater-scan.pdf": lambda: scanned_pdf(SOURCES / "preprints/pdf/groundwater.pdf.txt"),
    "web-crawl/crawl/2026-01.warc.gz": lambda: web_archive(SOURCES / "web-crawl/crawl/2026-01.warc.gz"),
    "shared-shelf/articles.parquet": lambda: parquet_file(SOURCES / "shared-shelf/articles.parquet"),
    "shared-shelf/lectures.zip": lambda: zip_file(members(SOURCES / "shared-shelf/lectures.zip")),
    "shared-shelf/humanities.tar.gz": lambda: tar_gz(
        [*members(SOURCES / "shared-shelf/humanities.tar.gz"), ("recordings/session.raw", noise()[::-1])]
    ),
    "shared-shelf/blank-pages.zip": zip_bomb,
    "shared-shelf/instrument.dat": noise,
}


def build(output: Path) -> None:
    """Write every binary file under `output`, which has one folder a drop."""
    for name, make in BINARIES.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "drops")
