"""Word documents: those that python-docx writes, and what Word and LibreOffice write besides."""

import io
import zipfile

import pytest
from docx import Document as WordDocument
from docx.enum.text import WD_BREAK
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.docx import parse_docx
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from tests.unit.normalize.word_files import math_run, paragraph, run, word_file, zip_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SETTINGS = NormalizeSettings()
FORMULA = f"<m:oMath>{math_run('x=1')}</m:oMath>"


def read(data: bytes, settings: NormalizeSettings = SETTINGS) -> Document:
    return parse_docx(data, settings)


def body(content: str, settings: NormalizeSettings = SETTINGS, **parts: str) -> str:
    return read(word_file(content, **parts), settings).text


def written(document: "WordDocument") -> bytes:  # type: ignore[valid-type]
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def failure(data: bytes, settings: NormalizeSettings = SETTINGS) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(data, MEDIA_TYPE, settings)
    return caught.value.rule


def outcome(data: bytes) -> str:
    try:
        return parse(data, MEDIA_TYPE, SETTINGS).parser
    except Unreadable as unreadable:
        return unreadable.rule


def test_a_document_of_python_docx() -> None:
    document = WordDocument()
    document.core_properties.language = "en-GB"
    document.add_heading("On tides", level=0)
    document.add_heading("Causes", level=1)
    line = document.add_paragraph("The ")
    line.add_run("moon").bold = True
    line.add_run(" pulls ")
    line.add_run("harder").italic = True
    line.add_run(" than the sun")
    line.add_run("2").font.superscript = True
    line.add_run().add_break(WD_BREAK.LINE)
    line.add_run("a\tb")
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("inner", style="List Bullet 2")
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("second", style="List Number")
    document.add_paragraph("Said so.", style="Quote")
    document.add_heading("Heights", level=2)
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate([("place", "low", "high"), ("A", "1", "2"), ("B", "3", "4")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 1).merge(table.cell(2, 1))
    found = read(written(document))
    assert found.text == (
        "# On tides\n\n# Causes\n\nThe **moon** pulls *harder* than the sun²\na b\n\n- one\n  - inner\n\n"
        "1. first\n2. second\n\n> Said so.\n\n## Heights\n\n"
        "| place | low | high |\n| --- | --- | --- |\n| A | 1 3 | 2 |\n| B |  | 4 |"
    )
    assert (found.title, found.language) == ("On tides", "en-GB")
    assert found.sections == ("On tides", "Causes", "Heights")
    assert (found.n_tables, found.n_code_blocks, found.n_formulas_in) == (1, 0, 0)


def test_many_documents_of_python_docx_have_all_headings_and_tables() -> None:
    document = WordDocument()
    for number in range(60):
        document.add_heading(f"Section {number}", level=1 + number % 9)
        document.add_paragraph(f"Words of section {number}.")
        document.add_table(rows=2, cols=2).cell(0, 0).text = f"cell {number}"
    found = read(written(document))
    assert found.sections == tuple(f"Section {number}" for number in range(60))
    assert found.n_tables == 60
    assert all(f"Words of section {number}." in found.text for number in range(60))


# Formulas


def test_formulas_in_line_and_on_their_own() -> None:
    content = paragraph(run("Let ") + FORMULA + run(" cost $5.")) + paragraph(
        f"<m:oMathPara>{FORMULA}{FORMULA}</m:oMathPara>"
    )
    found = read(word_file(content + paragraph(FORMULA) + paragraph("<m:oMath></m:oMath>")))
    assert found.text == "Let $x = 1$ cost \\$5.\n\n$$x = 1$$\n\n$$x = 1$$\n\n$$x = 1$$"
    assert (found.n_formulas_in, found.n_formulas_out) == (4, 4)


def test_an_equation_object_is_counted_and_not_converted() -> None:
    embedded = '<w:r><w:object><o:OLEObject ProgID="Equation.DSMT4"/></w:object></w:r>'
    found = read(word_file(paragraph(run("a ") + embedded + run(" b"))))
    assert (found.text, found.n_formulas_in, found.n_formulas_out) == ("a b", 1, 0)
    assert found.notes == ("1 equations are embedded objects",)


def test_a_formula_in_a_cell_or_a_heading_stays_in_the_line() -> None:
    cell = f"<w:tc>{paragraph(FORMULA)}</w:tc>"
    text = body(
        f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>" + paragraph(run("On ") + FORMULA, '<w:outlineLvl w:val="1"/>')
    )
    assert text == "|  |  |\n| --- | --- |\n| $x = 1$ | $x = 1$ |\n\n## On $x = 1$"


# Styles, lists, tables

STYLES = """
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/><w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="Body"><w:name w:val="Body"/><w:basedOn w:val="berschrift2"/>
  <w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Code"><w:name w:val="Preformatted Text"/></w:style>
<w:style w:type="character" w:styleId="Verb"><w:name w:val="Source Text"/></w:style>
<w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/></w:style>
<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>
"""


def styled(style: str, content: str) -> str:
    return paragraph(content, f'<w:pStyle w:val="{style}"/>')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (styled("berschrift2", run("A")), "## A"),
        (styled("Kapitel", run("A")), "## A"),
        (styled("Body", run("A")), "A"),
        (styled("Heading3", run("A")), "### A"),
        (paragraph(run("A"), '<w:outlineLvl w:val="0"/>'), "# A"),
        (styled("TOC1", run("A 1")) + paragraph(run("B")), "B"),
        (
            styled("Code", run("if x:")) + styled("Code", run("  y", "<w:b/>") + "<w:r><w:tab/><w:t>z</w:t></w:r>"),
            "```\nif x:\n  y\tz\n```",
        ),
        (styled("Code", "<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>") * 2, "```\na\nb\n```\n\n```\na\nb\n```"),
        (paragraph(run("f(x)", '<w:rStyle w:val="Verb"/>')), "`f(x)`"),
        (
            paragraph(run("a", '<w:rStyle w:val="Fett"/>') + run("b", '<w:rStyle w:val="Fett"/><w:b w:val="0"/>')),
            "**a**b",
        ),
        (styled("A", run("circle of styles")), "circle of styles"),
    ],
)
def test_what_a_style_makes_of_text(content: str, expected: str) -> None:
    assert body(content, styles=STYLES) == expected


NUMBERING = """
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/></w:lvl>
  <w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
"""


def item(text: str, number_id: int, level: int = 0) -> str:
    return paragraph(run(text), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number_id}"/></w:numPr>')


def test_lists_have_levels_and_go_on_after_a_paragraph() -> None:
    content = (
        item("a", 1) + item("b", 1, 1) + item("c", 1, 1) + item("d", 1) + paragraph(run("between")) + item("e", 1)
        + item("f", 2) + item("g", 3) + item("none", 0)
    )  # fmt: skip
    expected = "3. a\n   a. b\n   b. c\n4. d\n\nbetween\n\n5. e\n\n- f\n\n1. g\n\nnone"
    assert body(content, numbering=NUMBERING) == expected


def test_merged_cells_stand_once() -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text))}</w:tc>"

    wide, top, below = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    content = (
        '<w:tbl><w:tblPr><w:tblLook w:val="0020"/></w:tblPr>'
        f"<w:tr>{cell('wide', wide)}{cell('c')}</w:tr>"
        f"<w:tr>{cell('tall', top)}{cell('1')}{cell('2')}</w:tr>"
        f"<w:tr>{cell('', below)}{cell('3')}{cell('4|5')}</w:tr>"
        f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{cell("6")}{cell("7")}</w:tr>'
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('gone')}{cell('gone')}{cell('gone')}</w:tr></w:tbl>"
    )
    rows = ["| wide |  | c |", "| --- | --- | --- |", "| tall | 1 | 2 |", "|  | 3 | 4\\|5 |", "|  | 6 | 7 |"]
    assert body(content) == "\n".join(rows)


def test_a_table_that_only_places_blocks_is_read_as_blocks() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph(run('1'))}</w:tc><w:tc>{paragraph(run('2'))}</w:tc></w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{paragraph(run('beside'))}</w:tc><w:tc>{inner}{paragraph('')}</w:tc></w:tr></w:tbl>"
    assert body(outer) == "beside\n\n|  |  |\n| --- | --- |\n| 1 | 2 |"


# Within a line


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (run("bo", "<w:b/>") + run("ld", "<w:b/>") + run(" "), "**bold**"),
        (run("both ", "<w:b/><w:i/>") + run("then"), "***both*** then"),
        (run("one", "<w:b/>") + run(" ") + run("two", "<w:b/>"), "**one two**"),
        (run("H") + run("2", '<w:vertAlign w:val="subscript"/>') + run("O"), "H₂O"),
        (run("10") + run("n", '<w:vertAlign w:val="superscript"/>'), "10^{n}"),
        (run("seen") + run("hidden", "<w:vanish/>"), "seen"),
        ("<w:r><w:t>soft</w:t><w:softHyphen/><w:t>ly</w:t></w:r>", "softly"),
        ("<w:r><w:t>non</w:t><w:noBreakHyphen/><w:t>stop</w:t></w:r>", "non\u2011stop"),
        ('<w:r><w:t>a</w:t><w:br w:type="page"/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>', "a b\nc"),
        ('<w:r><w:sym w:font="Symbol" w:char="F062"/><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "β✓"),
        ('<w:r><w:sym w:font="Odd" w:char="F062"/></w:r>', "\ufffd"),
        ('<w:r><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\uf0a3</w:t></w:r>', "≤"),
        ('<w:bookmarkStart w:id="0" w:name="x"/><w:smartTag>' + run("smart") + "</w:smartTag>", "smart"),
        ("<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>" + run("control") + "</w:sdtContent></w:sdt>", "control"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>" + run("Click here") + "</w:sdt>" + run("b"), "b"),
        (run("kept") + f"<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>{run(' new')}</w:ins>", "kept new"),
        (f"<w:moveFrom>{run('here')}</w:moveFrom><w:moveTo>{run('there')}</w:moveTo>", "there"),
        ('<w:commentRangeStart w:id="1"/>' + run("said") + '<w:r><w:commentReference w:id="1"/></w:r>', "said"),
        ('<w:r><w:drawing><wp:inline><wp:docPr id="1" descr="A cat"/></wp:inline></w:drawing></w:r>', "![A cat]()"),
        ("<w:r><w:ruby><w:rt>" + run("kan") + "</w:rt><w:rubyBase>" + run("漢") + "</w:rubyBase></w:ruby></w:r>", "漢"),
    ],
)  # fmt: skip
def test_what_stands_within_a_line(content: str, expected: str) -> None:
    assert body(paragraph(content)) == expected


def field(instruction: str, result: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_of_a_field_the_result_is_read() -> None:
    nested = field("IF " + "</w:instrText></w:r>" + field("X", run("never")) + "<w:r><w:instrText>", run("shown"))
    assert body(paragraph(field("SEQ Figure", run("3")) + run(": ") + nested)) == "3: shown"
    unclosed = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>X</w:instrText></w:r>'
    assert body(paragraph(unclosed + run("lost")) + paragraph(run("not lost"))) == "not lost"


def test_links_as_the_settings_say() -> None:
    content = paragraph(
        '<w:hyperlink r:id="a">' + run("one ", "<w:b/>") + run("link") + "</w:hyperlink>" + run(", ")
        + field('HYPERLINK "https://example.org/b"', run("two")) + run(", ")
        + '<w:fldSimple w:instr="HYPERLINK &quot;https://example.org/c&quot;">' + run("three") + "</w:fldSimple>" + run(", ")
        + '<w:hyperlink w:anchor="x">' + run("inside") + "</w:hyperlink>"
    )  # fmt: skip
    data = word_file(content, {"a": "https://example.org/a"})
    assert read(data).text == "**one** link, two, three, inside"
    assert read(data, NormalizeSettings(keep_link_urls=True)).text == (
        "[**one** link](https://example.org/a), [two](https://example.org/b), [three](https://example.org/c), inside"
    )


# Notes, text boxes, changes


def test_footnotes_and_endnotes_are_numbered_together() -> None:
    def mark(kind: str, note_id: int) -> str:
        return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Reference w:id="{note_id}"/></w:r>'

    def note(kind: str, note_id: int, text: str, attributes: str = "") -> str:
        return (
            f'<w:{kind} w:id="{note_id}" {attributes}>{paragraph(f"<w:r><w:{kind}Ref/></w:r>" + run(text))}</w:{kind}>'
        )

    content = paragraph(
        run("a") + mark("endnote", 2) + run(" b") + mark("footnote", 1) + mark("footnote", 7) + mark("endnote", 2)
    )
    separator = note("footnote", 0, "line", 'w:type="separator"')
    text = body(content, footnotes=separator + note("footnote", 1, " foot"), endnotes=note("endnote", 2, " end"))
    assert text == "a[^1] b[^2][^1]\n\n[^1]: end\n\n[^2]: foot"


def test_a_text_box_is_read_once_and_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph(run('boxed'))}{paragraph(run('twice'))}</w:txbxContent>"
    drawn = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert body(paragraph(run("before ") + drawn + run("after"))) == "before after\n\nboxed\n\ntwice"
    old = f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    assert body(paragraph(run("a") + old)) == "a\n\nboxed\n\ntwice"


def test_tracked_changes_are_accepted() -> None:
    ended = paragraph(run("one "), '<w:rPr><w:del w:id="1"/></w:rPr>')
    found = read(word_file(ended + ended + paragraph(run("two"), '<w:jc w:val="left"/>')))
    assert found.text == "one one two"
    assert found.notes == ("accepted tracked changes",)


def test_a_table_of_contents_is_left_out() -> None:
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    control = f"<w:sdt>{gallery}<w:sdtContent>{paragraph(run('One 3'))}</w:sdtContent></w:sdt>"
    found = read(word_file(control + paragraph(run("text"))))
    assert (found.text, found.notes) == ("text", ("left out the table of contents",))


def test_the_strict_form_of_the_standard() -> None:
    plain = word_file(paragraph(run("strict ") + FORMULA))
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strict = parts["word/document.xml"]
    for kind in ("wordprocessingml", "officeDocument"):
        strict = strict.replace(
            f"http://schemas.openxmlformats.org/{kind}/2006/".encode(), f"http://purl.oclc.org/ooxml/{kind}/".encode()
        )
    assert b"purl.oclc.org/ooxml/wordprocessingml/main" in strict
    assert read(zip_of({**parts, "word/document.xml": strict})).text == "strict $x = 1$"


# What cannot be read


def test_what_cannot_be_read_is_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    whole = word_file(paragraph(run("text")))
    assert failure(ole + "EncryptedPackage".encode("utf-16-le")) == "docx.encrypted"
    assert failure(ole) == "docx.old_format"
    assert failure(b"text") == "package.malformed"
    assert failure(whole[:-40]) == "package.malformed"
    assert failure(zip_of({"a.txt": "text"})) == "docx.malformed"
    assert failure(word_file("")) == "text.empty"
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
    relations = '<Relationships><Relationship Type="x/officeDocument" Target="d.xml"/></Relationships>'
    assert failure(zip_of({"_rels/.rels": relations, "d.xml": bomb})) == "xml.entities"
    assert failure(zip_of({"_rels/.rels": relations, "d.xml": "<w>"})) == "xml.malformed"
    assert failure(zip_of({"_rels/.rels": relations, "d.xml": "<w/>"})) == "docx.malformed"
    assert failure(zip_of({"_rels/.rels": relations})) == "package.malformed"
    assert failure(zip_of({"_rels/.rels": relations, "d.xml": "<w/>"}, zipfile.ZIP_LZMA)) == "package.malformed"


def test_a_zip_bomb_is_named_before_it_is_unpacked() -> None:
    limits = NormalizeSettings(max_document_bytes=100_000, package_max_parts=50)
    assert failure(word_file(paragraph(run("a" * 200_000))), limits) == "package.too_large"
    assert failure(zip_of({f"{number}.xml": "" for number in range(60)}), limits) == "package.too_many_parts"


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_named_and_nothing_else_is_raised(data: st.DataObject) -> None:
    whole = bytearray(word_file(item("a", 1) + paragraph(FORMULA), numbering=NUMBERING, styles=STYLES))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(whole)) != "parser.error"
