"""Files of every format that the platform reads, to be damaged by `fuzz`: real ones, examples, and some made here."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from darwin_assets.acquire.media_types import detect
from darwin_assets.acquire.streams import HEAD_BYTES

EXAMPLES = Path(__file__).parent.parent / "examples" / "drops"
FOLDERS = ("textbooks", "papers", "html", "pdf", "warc", "near-duplicates/decon-fixtures", "eval-samples/lighteval")
MAX_DAMAGED_BYTES = 150_000
MAX_DAMAGED = 24
"""Files of one format that are damaged, evenly spread over all that are there."""

Seeds = dict[str, list[tuple[str, bytes]]]

_PARAGRAPH = "Water boils at 100 °C at sea level, since $p = 1013$ hPa; higher up it boils sooner. "


def seeds(shared_data: Path | None) -> Seeds:
    """Name and bytes of files by media type, those that are faulty themselves among them."""
    found: Seeds = defaultdict(list)
    for name, data in (*_files(EXAMPLES), *_real(shared_data), *_made()):
        found[_format(name, data)].append((name, data))
    return dict(sorted(found.items()))


def to_damage(found: Seeds) -> Seeds:
    """A choice of the small ones, so that every damaged file is handled in milliseconds."""
    small = {kind: [file for file in files if 0 < len(file[1]) <= MAX_DAMAGED_BYTES] for kind, files in found.items()}
    return {kind: files[:: -(-len(files) // MAX_DAMAGED)] for kind, files in small.items() if files}


def _format(name: str, data: bytes) -> str:
    """The media type; what is compressed by what is inside, too."""
    media_type = detect(name, data[:HEAD_BYTES])
    suffixes = [suffix for suffix in Path(name).suffixes if suffix.lower() in (".warc", ".wat", ".wet", ".arc", ".tar")]
    return f"{media_type} of {suffixes[-1]}" if media_type == "application/gzip" and suffixes else media_type


def _real(shared_data: Path | None) -> Iterator[tuple[str, bytes]]:
    for folder in FOLDERS if shared_data else ():
        yield from _files(shared_data / folder)  # type: ignore[operator]


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    return ((path.name, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file())


def _made() -> Iterator[tuple[str, bytes]]:
    for number in range(4):
        text = f"# Title {number}\n\n" + (_PARAGRAPH * (3 + number) + "\n\n") * 6
        html = f"<html><head><title>T</title></head><body><main><h1>H</h1><p>{_PARAGRAPH * 4}</p></main></body></html>"
        members = {"a.md": text.encode(), "b/c.html": html.encode(), "d.txt": text.encode()}
        yield f"{number}.md", text.encode()
        yield f"{number}.rst", text.encode()
        yield f"{number}.csv", b"a,b,c\n" + f"{number},water,{_PARAGRAPH!r}\n".encode() * 20
        yield f"{number}.tsv", f"{number}\twater\t{_PARAGRAPH}\n".encode() * 20
        yield f"{number}.json", json.dumps({"texts": [text, {"n": number}, [1.5, None, True]]}).encode()
        yield f"{number}.bib", f"@book{{k{number}, title = {{Water}}, author = {{A. B.}}, year = 1990}}\n".encode() * 9
        yield f"{number}.xml", f"<?xml version='1.0'?><a><b c='{number}'>{_PARAGRAPH}</b></a>".encode()
        yield f"{number}.Rnw", f"\\section{{T}}\n{_PARAGRAPH}\n<<x>>=\nboil({number})\n@\n".encode() * 4
        yield f"{number}.xml", _collection(number)
        yield f"{number}.py", f"def boil(p):\n    '''{_PARAGRAPH}'''\n    return p * {number}\n\n\n".encode() * 8
        yield f"{number}.jsonl", (json.dumps({"id": number, "text": text, "url": "http://x.org/a"}) + "\n").encode() * 5
        yield f"{number}.zip", _zip(members)
        yield f"{number}.tar", _tar(members)
        yield f"{number}.tar.gz", gzip.compress(_tar(members), mtime=0)
        yield f"{number}.txt.bz2", bz2.compress(text.encode())
        yield f"{number}.txt.xz", lzma.compress(text.encode())
        yield f"{number}.parquet", _parquet(text, number)
        yield f"{number}.ipynb", _notebook(text, number)
        yield f"{number}.epub", _epub(html)
        yield f"{number}.docx", _docx(number)


def _collection(number: int) -> bytes:
    modules = "".join(
        f'<col:module document="m{n}{number}"><md:title>Water {n}</md:title></col:module>' for n in range(5)
    )
    return (
        '<col:collection xmlns:col="http://cnx.rice.edu/collxml" xmlns:md="http://cnx.rice.edu/mdml"><col:metadata>'
        f"<md:title>Book {number}</md:title></col:metadata><col:content>{modules}</col:content></col:collection>"
    ).encode()


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def _parquet(text: str, number: int) -> bytes:
    import polars as pl

    buffer = io.BytesIO()
    rows = {"text": [text] * 6, "id": [*range(6)], "title": ["T"] * 6, "url": [f"http://x.org/{number}"] * 6}
    pl.DataFrame(rows).write_parquet(buffer, row_group_size=3, compression=("zstd", "snappy", "gzip", "lz4")[number])
    return buffer.getvalue()


def _notebook(text: str, number: int) -> bytes:
    output = {"output_type": "stream", "name": "stdout", "text": ["boils\n"]}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)},
        {"cell_type": "code", "metadata": {}, "execution_count": number, "source": "boil(1)", "outputs": [output]},
    ]
    metadata = {"kernelspec": {"language": "python", "name": "python3", "display_name": "Python 3"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def _epub(html: str) -> bytes:
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in (1, 2))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Water</dc:title><dc:language>en</dc:language></metadata>'
        f'<manifest>{items}</manifest><spine><itemref idref="c1"/><itemref idref="c2"/></spine></package>'
    )
    chapter = html.replace("<html>", '<html xmlns="http://www.w3.org/1999/xhtml">')
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "book.opf": package,
             "c1.xhtml": chapter, "c2.xhtml": chapter}  # fmt: skip
    return _zip({name: part.encode() for name, part in parts.items()})


def _docx(number: int) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    rows = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>" * number
    paragraphs = f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{_PARAGRAPH}</w:t></w:r></w:p>" * 9
    body = f'<w:document xmlns:w="{word}"><w:body>{paragraphs}{rows}</w:body></w:document>'
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>'
    )
    parts = {"[Content_Types].xml": types, "_rels/.rels": relations, "word/document.xml": body}
    return _zip({name: part.encode() for name, part in parts.items()})
