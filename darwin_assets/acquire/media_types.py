"""What a document is, by its first bytes, its name and what a server declared, in that order of trust."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from darwin_assets.acquire import code_types
from darwin_assets.acquire.wide_text import decoded, in_utf8

BINARY = "application/octet-stream"
CNXML = "application/x-cnxml+xml"
COLLXML = "application/x-collxml+xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EPUB = "application/epub+zip"
HTML = "text/html"
JSONL = "application/x-ndjson"
MARKDOWN = "text/markdown"
NOTEBOOK = "application/x-ipynb+json"
OLE = "application/x-ole-storage"
PARQUET = "application/vnd.apache.parquet"
PDF = "application/pdf"
PLAIN = "text/plain"
RNW = "text/x-rnw"
TAR = "application/x-tar"
TEX = "application/x-tex"
WARC = "application/warc"
ARC = "application/x-arc"
XML = "application/xml"
ZIP = "application/zip"

UNSUPPORTED_CONTAINERS = frozenset({"application/zstd", "application/x-7z-compressed", "application/vnd.rar"})

ENCRYPTED_PARQUET = b"PARE"
"""Letters that also begin a text; in Parquet the length of a header follows, the upper bytes of which are zero."""

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"PAR1", PARQUET),
    (ENCRYPTED_PARQUET, PARQUET),
    (b"WARC/", WARC),
    (b"filedesc://", ARC),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
ZIPPED_DOCUMENTS: dict[str, str] = {
    ".docx": DOCX,
    ".epub": EPUB,
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Documents that happen to be zip files: one document each, never unpacked."""

FIRST_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"ppt/", b"xl/", b"customXml/")
MAIN_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/document", DOCX),
    (b"ppt/presentation", ZIPPED_DOCUMENTS[".pptx"]),
    (b"xl/workbook", ZIPPED_DOCUMENTS[".xlsx"]),
)
"""Names of parts by which a zip file without a telling name is known: how an Office file begins, what it then holds."""

ZIP_NAME_AT = 30
"""Where the first member's name stands in a zip file."""

BY_NAME: dict[str, str] = {
    ".7z": "application/x-7z-compressed",
    ".arc": ARC,
    ".bib": "application/x-bibtex",
    ".bz2": "application/x-bzip2",
    ".cnxml": CNXML,
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".htm": HTML,
    ".html": HTML,
    ".ipynb": NOTEBOOK,
    ".json": "application/json",
    ".jsonl": JSONL,
    ".latex": TEX,
    ".ltx": TEX,
    ".markdown": MARKDOWN,
    ".md": MARKDOWN,
    ".ndjson": JSONL,
    ".parquet": PARQUET,
    ".pdf": PDF,
    ".rar": "application/vnd.rar",
    ".rnw": RNW,
    ".rst": "text/x-rst",
    ".tar": TAR,
    ".tex": TEX,
    ".tgz": "application/gzip",
    ".tsv": "text/tab-separated-values",
    ".txt": PLAIN,
    ".warc": WARC,
    ".wat": WARC,
    ".wet": WARC,
    ".xhtml": HTML,
    ".xml": XML,
    ".xz": "application/x-xz",
    ".zip": ZIP,
    ".zst": "application/zstd",
    **ZIPPED_DOCUMENTS,
}
MARKUP = frozenset({HTML, XML, CNXML})
"""Types whose name says little about which vocabulary is inside, so the root element decides."""

NAMESPACES: dict[bytes, str] = {
    b"http://cnx.rice.edu/cnxml": CNXML,
    b"http://cnx.rice.edu/collxml": COLLXML,
    b"http://www.w3.org/1999/xhtml": HTML,
}
DECLARED: dict[str, str] = {
    "application/xhtml+xml": HTML,
    "text/xml": XML,
    "application/x-latex": TEX,
    "text/x-tex": TEX,
    "text/x-markdown": MARKDOWN,
    "application/jsonl": JSONL,
    "application/x-ipynb": NOTEBOOK,
}
SHORT_NAMES: dict[str, str] = {
    "cnxml": CNXML,
    "html": HTML,
    "latex": TEX,
    "markdown": MARKDOWN,
    "md": MARKDOWN,
    "plain": PLAIN,
    "rnw": RNW,
    "tex": TEX,
    "text": PLAIN,
    "txt": PLAIN,
    "xml": XML,
    **{language: media_type for media_type, language in code_types.LANGUAGES.items()},
}
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")

PROLOGUE = re.compile(
    rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?!\s+html)[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)([^>]*)")
HTML_START = re.compile(rb"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
TEX_START = re.compile(rb"^[ \t]*\\(?:documentclass|documentstyle|begin\{document\})", re.MULTILINE)


def detect(name: str, head: bytes, declared: str | None = None) -> str:
    """The media type of a document from its `name`, its first bytes and, for the web, the `declared`
    content type.

    Magic bytes win over both names; a declared type wins over the name except text/plain and octet-stream,
    which servers send for anything. A text without a sign is text/plain; other bytes are application/octet-
    stream.
    """
    suffix = PurePosixPath(name.lower()).suffix
    named = DECLARED.get(declared or "", declared)
    magic = _by_magic(head, suffix, named)
    if magic is not None:
        return magic
    head = in_utf8(head)
    if named in (None, PLAIN, BINARY):
        named = _source_code(name, head) or BY_NAME.get(suffix)
    if named is None or named in MARKUP:
        return _by_markup(head) or named or _by_text(head)
    return named


def named_type(value: str) -> str | None:
    """A media type from what a table's column says, such as "markdown" or "text/html"; None when it says
    neither.
    """
    lowered = value.strip().lower()
    if MEDIA_TYPE.fullmatch(lowered):
        return DECLARED.get(lowered, lowered)
    return SHORT_NAMES.get(lowered)


def _by_magic(head: bytes, suffix: str, declared: str | None) -> str | None:
    for magic, media_type in MAGIC:
        if head.startswith(magic) and not (magic == ENCRYPTED_PARQUET and b"\x00" not in head[4:8]):
            if media_type == ZIP:
                return _zipped(head, suffix, declared)
            # What a password locks is wrapped; the parser of the wrapped format says so.
            return DOCX if media_type == OLE and suffix == ".docx" else media_type
    # readers accept the header anywhere in the first kilobyte, where texts and programs speak of it too
    if head.lstrip().startswith(b"%PDF-") or (
        b"%PDF-" in head[:1024] and not _is_text(head) and _by_markup(head) is None
    ):
        return PDF
    if head[257:262] == b"ustar":
        return TAR
    return None


def _zipped(head: bytes, suffix: str, declared: str | None) -> str:
    """An archive, or the document that its name, its server or its first parts say it is."""
    if b"mimetypeapplication/epub+zip" in head[:80]:
        return EPUB
    if suffix in ZIPPED_DOCUMENTS:
        return ZIPPED_DOCUMENTS[suffix]
    if declared is not None and declared in ZIPPED_DOCUMENTS.values():
        return declared
    if head.startswith(FIRST_PARTS, ZIP_NAME_AT):
        return next((media_type for part, media_type in MAIN_PARTS if part in head), ZIP)
    return EPUB if b"META-INF/container.xml" in head and head.startswith(b"mimetype", ZIP_NAME_AT) else ZIP


def _source_code(name: str, head: bytes) -> str | None:
    """Addresses of pages end like programs (`index.php`), so what begins as a page is one unless PHP stands in it."""
    is_page = _by_markup(head) == HTML and b"<?php" not in head
    return None if is_page else code_types.by_name(name, head)


def _by_markup(head: bytes) -> str | None:
    body = head.removeprefix(b"\xef\xbb\xbf")
    start = PROLOGUE.match(body)
    body = body[start.end() :] if start else body
    root = ROOT.match(body)
    declared_xml = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    if root is not None:
        prefix, element, attributes = root.groups()
        declaration = b"xmlns:" + prefix if prefix else b"xmlns"
        namespace = re.search(re.escape(declaration) + rb"\s*=\s*[\"']([^\"']*)", attributes)
        known = NAMESPACES.get(namespace[1]) if namespace else None
        if known is not None and (known != CNXML or element == b"document"):
            return known
    if HTML_START.match(body):
        return HTML
    return XML if declared_xml or (root is not None and b"xmlns" in root[3]) else None


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head and decoded(head, "utf-8") is not None


def _by_text(head: bytes) -> str:
    if b"\x00" in head:
        return BINARY
    n_controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head[:4096])
    if n_controls > len(head[:4096]) // 20:
        return BINARY
    return TEX if TEX_START.search(head) else code_types.by_shebang(head) or PLAIN
