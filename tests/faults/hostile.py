"""Files made to take a reader's time, memory or disk; `scale` 1 is the size that a test of seconds can afford."""

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable

MIB = 1 << 20
SENTENCE = b"The quick brown fox jumps over the lazy dog and is gone. "


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def nested_zips(depth: int, core: bytes) -> bytes:
    for level in range(depth):
        core = zipped({f"{level}.zip" if level else "core.txt": core})
    return core


def gzip_bomb(n_bytes: int) -> bytes:
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb", 9) as file:
        for _ in range(n_bytes // MIB):
            file.write(bytes(MIB))
    return buffer.getvalue()


def escaping_tar() -> bytes:
    """Names and links that lead out of the archive, and one good member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("../../escaped.txt", "/tmp/escaped.txt", "good.txt"):
            member = tarfile.TarInfo(name)
            member.size = len(SENTENCE)
            archive.addfile(member, io.BytesIO(SENTENCE))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


def laughs(root: bytes = b"<a>&l11;</a>", name: bytes = b"a") -> bytes:
    """A billion laughs: every entity is ten of the one before."""
    entities = [b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12)]
    return b"<!DOCTYPE %s [<!ENTITY l0 'ha'>%s]>%s" % (name, b"".join(entities), root)


def quadratic_entities(n_bytes: int) -> bytes:
    return b"<!DOCTYPE a [<!ENTITY l '%s'>]><a>%s</a>" % (b"x" * n_bytes, b"&l;" * (n_bytes // 4))


def pdf(*objects: bytes) -> bytes:
    """A PDF of numbered objects, of which the first is the catalogue."""
    content, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return content + b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(content),
    )  # fmt: skip


def pdf_pages(count: int, kids: bytes = b"3 0 R", content: bytes = b"", *others: bytes) -> bytes:
    """`count` times the same page; objects 4 and 5 and so on are its content and what that uses."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join([kids] * count), count)
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", pages, page, content or stream(b""), *others)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def deflated_stream(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter[" + b"/FlateDecode" * times + b"]")


FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"

FILES: dict[str, tuple[str | None, Callable[[int], bytes]]] = {
    # files and containers (L0)
    "large-file.txt": ("file.too_large", lambda scale: SENTENCE * (10 * MIB * scale // len(SENTENCE))),
    "bomb.txt.gz": ("container.expansion_ratio", lambda scale: gzip_bomb(100 * MIB * scale)),
    "bomb.zip": ("container.expansion_ratio", lambda scale: zipped({"bomb.txt": bytes(50 * MIB * scale)})),
    "bomb-in-bomb.zip": ("container.expansion_ratio", lambda scale: nested_zips(2, bytes(50 * MIB * scale))),
    "nested.zip": ("container.too_deep", lambda scale: nested_zips(30 * scale, SENTENCE)),
    "escaping.zip": ("container.path_traversal", lambda _: zipped({"../../escaped.txt": SENTENCE})),
    "escaping.tar": ("container.path_traversal", lambda _: escaping_tar()),
    "brackets.jsonl": ("container.bad_line", lambda scale: b'{"text": ' + b"[" * MIB * scale),
    # documents (L1)
    "large.txt": ("document.too_large", lambda scale: SENTENCE * (6 * MIB * scale // len(SENTENCE))),
    "lines.txt": (None, lambda scale: (b"A short line of text.\n") * 100_000 * scale),
    "line.txt": (None, lambda scale: SENTENCE * (MIB * scale // len(SENTENCE))),
    "line.html": (None, lambda scale: b"<html><p>" + SENTENCE * (MIB * scale // len(SENTENCE))),
    "accents.txt": ("parser.timeout", lambda _: b"a" + "\u0301\u0316".encode() * 500_000),
    "laughs.xml": ("xml.entities", lambda _: laughs()),
    "quadratic.xml": ("xml.entities", lambda _: quadratic_entities(MIB)),
    "external.xml": ("xml.entities", lambda _: b'<!DOCTYPE a [<!ENTITY l SYSTEM "file:///etc/passwd">]><a>&l;</a>'),
    "laughs.cnxml": (
        "xml.entities",
        lambda _: laughs(b'<document xmlns="http://cnx.rice.edu/cnxml"><para>&l11;</para></document>', b"document"),
    ),
    "deep.xml": ("xml.too_deep", lambda _: b"<a>" * MIB),
    "deep.html": ("html.too_deep", lambda _: b"<html>" + b"<div>" * 200_000),
    "soup.html": ("html.too_deep", lambda _: b"<html><body>" + b"<b><i>" * 100_000),
    "deep.json": ("json.too_deep", lambda _: b"[" * 3 * MIB),
    "deep.tex": ("latex.too_deep", lambda _: b"\\begin{quote}" * 20_000 + b"text"),
    "pages.pdf": ("pdf.too_many_pages", lambda _: pdf_pages(100_000)),
    "pages-of-pages.pdf": ("pdf.malformed", lambda _: pdf_pages(9, b"2 0 R")),
    "spaces.pdf": ("pdf.empty", lambda _: pdf_pages(1, content=deflated_stream(b" " * 20 * MIB, 2))),
    "form-in-itself.pdf": (
        "parser.crashed",
        lambda _: pdf_pages(1, b"3 0 R", stream(b"/X Do"), stream(b"/X Do /X Do /X Do", FORM)),
    ),
    "operators.pdf": ("parser.crashed", lambda _: pdf_pages(1, content=deflated_stream(b"0 0 9 9 re f " * 4 * MIB, 1))),
}
"""By name the rule that must reject the file or one of its members (None: it is kept), and how it is made."""

RECIPE = """
[acquire]
max_member_bytes = 8388608

[normalize]
max_document_bytes = 4194304
parse_cpu_seconds = 10
parse_memory_bytes = 536870912
"""
"""Limits that fit scale 1."""
