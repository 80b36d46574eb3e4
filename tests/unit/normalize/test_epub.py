"""Books: reading order, metadata, formulas, notes, and what makes one unreadable."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from latex2mathml.converter import convert
from pylatexenc.latexwalker import LatexWalker

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.epub import parse_epub
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from tests.unit.normalize.word_files import zip_of

SETTINGS = NormalizeSettings()
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = "<dc:title>A book</dc:title><dc:language>en-GB</dc:language>"
SQUARE = "<math xmlns='http://www.w3.org/1998/Math/MathML'><msup><mi>x</mi><mn>2</mn></msup></math>"


def chapter(body: str, head: str = "<head><title>Chapter</title></head>") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops">{head}<body>{body}</body></html>'
    )


def book(
    *chapters: str | bytes, metadata: str = METADATA, manifest: str = "", guide: str = "", **parts: str | bytes
) -> bytes:
    """A book whose chapters are `OPS/text/1.xhtml` and so on; further parts by name, `__` for a slash."""
    numbers = range(1, len(chapters) + 1)
    items = "".join(f'<item id="c{n}" href="text/{n}.xhtml" media-type="application/xhtml+xml"/>' for n in numbers)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        f"<metadata>{metadata}</metadata><manifest>{items}{manifest}</manifest>"
        f"<spine>{spine}</spine><guide>{guide}</guide></package>"
    )
    whole = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OPS/book.opf": package}
    written = {f"OPS/text/{number}.xhtml": text for number, text in zip(numbers, chapters, strict=True)}
    return zip_of({**whole, **written, **{name.replace("__", "/"): content for name, content in parts.items()}})


def read(*chapters: str | bytes, **options: str) -> Document:
    return parse_epub(book(*chapters, **options), SETTINGS)


def failure(data: bytes, settings: NormalizeSettings = SETTINGS) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(data, "application/epub+zip", settings)
    return caught.value.rule


def outcome(data: bytes) -> str:
    try:
        return parse(data, "application/epub+zip", SETTINGS).parser
    except Unreadable as unreadable:
        return unreadable.rule


def test_chapters_stand_in_reading_order_with_their_structure() -> None:
    first = chapter(
        "<h1>One</h1><p>The <em>first</em>&nbsp;<b>chapter</b>.</p><ul><li>a</li><li>b</li></ul>"
        "<table><tr><th>n</th><th>m</th></tr><tr><td>1</td><td>2</td></tr></table>"
        "<pre><code class='language-python'>x = 1\n</code></pre>"
    )
    second = chapter(f"<section><h2>Two</h2><p>So {SQUARE} costs $5.</p><aside>Beside.</aside></section>")
    found = read(first, second)
    assert found.text == (
        "# One\n\nThe *first* **chapter**.\n\n- a\n- b\n\n| n | m |\n| --- | --- |\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n"
        "## Two\n\nSo $x^{2}$ costs \\$5.\n\nBeside."
    )
    assert (found.title, found.language, found.sections) == ("A book", "en-GB", ("One", "Two"))
    assert (found.n_formulas_in, found.n_formulas_out, found.n_tables, found.n_code_blocks) == (1, 1, 1, 1)
    assert (found.parser, found.notes, dict(found.extra)) == ("epub/1", (), {"epub_version": "3.0"})


def test_many_chapters_have_all_headings_tables_and_formulas() -> None:
    table = "<table><tr><td>a</td><td>b</td></tr></table>"
    formula = "<math><mfrac><mi>a</mi><msub><mi>b</mi><mi>i</mi></msub></mfrac></math>"
    found = read(*(chapter(f"<h1>Chapter {n}</h1><p>Text {n} {formula}</p>{table}") for n in range(50)))
    assert found.sections == tuple(f"Chapter {n}" for n in range(50))
    assert (found.n_tables, found.n_formulas_in, found.n_formulas_out) == (50, 50, 50)
    latex = r"\frac{a}{b_{i}}"
    assert found.text.count(f"${latex}$") == 50
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    assert "\\" not in convert(latex)


def test_navigation_is_not_text() -> None:
    nav = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    contents = '<reference type="toc" href="text/2.xhtml"/>'
    text = chapter(
        '<p>Text<span epub:type="pagebreak" id="p7">7</span> goes on.</p>'
        '<nav epub:type="landmarks"><ol><li>Cover</li></ol></nav>'
    )
    found = read(
        text, chapter("<p>One ..... 3</p>"), manifest=nav, guide=contents, OPS__nav_xhtml=chapter("<p>Nav</p>")
    )
    assert found.text == "Text goes on."
    linked = chapter(
        '<h2><a role="doc-backlink" href="nav.xhtml">Heading</a> <a role="doc-backlink" href="#">↑</a></h2>'
    )
    assert read(linked).text == "## Heading"
    inside = '<reference type="toc" href="text/2.xhtml#toc"/>'
    assert read(text, chapter("<p>All.</p>"), guide=inside).text == "Text goes on.\n\nAll."


def test_notes_are_numbered_over_the_whole_book_in_the_order_of_their_marks() -> None:
    first = chapter(
        '<p>a<a epub:type="noteref" href="2.xhtml#n9">9</a> b<sup><a role="doc-noteref" href="#n1">*</a></sup> '
        'c<a epub:type="noteref" href="#lost">?</a></p><aside epub:type="footnote" id="n1" hidden="hidden"><p>one</p></aside>'
    )
    second = chapter(
        '<h2>Notes</h2><ol><li epub:type="rearnote" id="n9"><p>nine</p>'
        '<p>more <a role="doc-backlink" href="1.xhtml">↩</a></p></li></ol>'
    )
    assert read(first, second).text == "a[^1] b[^2] c?\n\n[^2]: one\n\n## Notes\n\n[^1]: nine\n\n    more"


def test_rights_and_the_main_title() -> None:
    metadata = (
        "<dc:title id='s'>Volume 2</dc:title><dc:title id='t'>The title</dc:title>"
        "<meta refines='#t' property='title-type'>main</meta><dc:rights>CC BY 4.0</dc:rights>"
    )
    found = read(chapter("<p>text</p>"), metadata=metadata)
    assert (found.title, found.language, found.notes) == ("The title", None, ("rights: CC BY 4.0",))


def test_a_chapter_that_breaks_the_rules_of_xml_is_read_as_html() -> None:
    found = read(chapter("<p>one<br>two</p>"), chapter("<p>good &unknown; &eacute;</p>"), chapter("<p>three</p>"))
    assert found.text.split("\n\n")[0] == "one\ntwo"
    assert found.text.endswith("three")
    assert "good" in found.text
    assert "é" in found.text
    assert found.notes == ("read 2 chapters as HTML that were no well-formed XML",)


def test_another_encoding_and_damaged_letters() -> None:
    latin = chapter("<p>Größe</p>").replace("UTF-8", "ISO-8859-1").encode("iso-8859-1")
    assert read(latin).text == "Größe"
    assert read(chapter("<p>Ã¼ber GrÃ¶ÃŸe</p>")).text == "über Größe"


def test_links_as_the_settings_say() -> None:
    data = book(chapter('<p><a href="https://example.org">out</a> <a href="2.xhtml">in</a></p>'))
    assert parse_epub(data, SETTINGS).text == "out in"
    assert parse_epub(data, NormalizeSettings(keep_link_urls=True)).text == "[out](https://example.org) in"


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )


def test_fonts_may_be_obfuscated_and_nothing_else() -> None:
    name = "META-INF__encryption.xml"
    fonts = encryption("http://www.idpf.org/2008/embedding")
    locked = encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    assert parse_epub(book(chapter("<p>text</p>"), **{name: fonts}), SETTINGS).text == "text"
    assert failure(book(chapter("<p>text</p>"), **{name: locked})) == "epub.encrypted"


def test_what_cannot_be_read_is_named() -> None:
    assert failure(b"PK\x03\x04 not a zip") == "package.malformed"
    assert failure(book(chapter("<p>text</p>"))[:-30]) == "package.malformed"
    assert failure(zip_of({"mimetype": "application/epub+zip"})) == "epub.malformed"
    assert failure(book()) == "epub.malformed"
    assert failure(book(chapter("<p> </p>"))) == "text.empty"
    bomb = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><html><body><p>&b;</p></body></html>'
    assert failure(book(bomb)) == "xml.entities"
    assert failure(book(chapter("<div>" * 400 + "</div>" * 400))) == "xml.too_deep"
    assert failure(zip_of({"a.opf": "<package>"})) == "xml.malformed"


def test_a_zip_bomb_is_named_before_it_is_unpacked() -> None:
    limits = NormalizeSettings(max_document_bytes=100_000)
    pages = [chapter(f"<p>{'a' * 60_000}</p>"), chapter(f"<p>{'b' * 60_000}</p>")]
    assert failure(book(*pages), limits) == "package.too_large"
    assert parse_epub(book(pages[0], OPS__picture_png=bytes(500_000)), limits).title == "A book"


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.data())
def test_damage_is_named_and_nothing_else_is_raised(data: st.DataObject) -> None:
    page = chapter(f"<h1>T</h1><p>{SQUARE}</p><table><tr><td>a</td><td>b</td></tr></table>").encode()
    page = data.draw(st.sampled_from([page, page.replace(b"</p>", b"")]))
    damaged = bytearray(page)
    for _ in range(data.draw(st.integers(0, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(book(bytes(damaged))) != "parser.error"


def test_a_locked_part_is_named() -> None:
    whole = bytearray(book(chapter("<p>text</p>")))
    # Bit 0 of the flags, in the directory's entry of the container.
    entry = whole.rindex(b"META-INF/container.xml") - 46
    assert whole[entry : entry + 4] == b"PK\x01\x02"
    whole[entry + 8] |= 1
    assert failure(bytes(whole)) == "package.encrypted"
