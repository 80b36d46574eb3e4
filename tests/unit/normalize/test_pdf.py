"""PDF: text layers become paragraphs and headings; every other file gets its named reason."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.parse import parse, tidy
from darwin_assets.normalize.pdf import parse_pdf
from darwin_assets.normalize.pdf_layout import compose, furniture_forms
from darwin_assets.normalize.pdf_line import Line
from darwin_assets.normalize.pdf_text import clean_characters, measure
from darwin_assets.normalize.settings import NormalizeSettings

SETTINGS = NormalizeSettings()
IMAGE = "q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"


def pdf(*contents: str, title: str = "") -> bytes:
    """A small PDF with one page for each content stream; F1 is Helvetica, F2 its bold; the title in hexadecimal."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Title<{title}>>>"]
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>")
    pages = []
    for content in contents:
        objects.append(f"<</Length {len(content)}>>\nstream\n{content}\nendstream")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
            f"/Contents {len(objects)} 0 R>>"
        )
        pages.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(pages)}]/Count {len(pages)}>>"
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R/Info 3 0 R>>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF".encode()


def written(*lines: tuple[str, float, float, float], mode: int = 0) -> str:
    """A content stream: text, x, y, size of each line."""
    return "\n".join(f"BT /F1 {size} Tf {mode} Tr {x} {y} Td ({text}) Tj ET" for text, x, y, size in lines)


def rule_of(data: bytes, **changed: object) -> str:
    with pytest.raises(Unreadable) as caught:
        parse_pdf(data, NormalizeSettings(**changed))
    return caught.value.rule


def test_paragraphs_headings_and_pages() -> None:
    body = [
        ("The force on a body is the product of its mass and its acceler-", 50, 700, 10),
        ("ation, which is the second law of motion that Newton wrote down.", 50, 688, 10),
        ("It holds.", 50, 676, 10),
        ("A new paragraph begins here because the line above it was a short", 50, 664, 10),
        ("one; then it goes on and on until this page ends in mid-sentence and", 50, 652, 10),
    ]
    document = parse_pdf(
        pdf(written(("Laws of Motion", 50, 750, 20), *body), written(("goes on over there.", 50, 700, 10))),
        SETTINGS,
    )
    assert document.text == (
        "# Laws of Motion\n\n"
        "The force on a body is the product of its mass and its acceleration, which is the second law of motion "
        "that Newton wrote down. It holds.\n\n"
        "A new paragraph begins here because the line above it was a short one; then it goes on and on until "
        "this page ends in mid-sentence and goes on over there."
    )
    assert document.title == "Laws of Motion"
    assert document.sections == ("Laws of Motion",)
    assert document.notes == ("joined 1 words at line ends",)
    second_page = int(document.extra["page_offsets"].split()[1])
    assert document.text[second_page:].strip() == "goes on over there."


def test_running_titles_and_page_numbers_are_dropped_and_counted() -> None:
    pages = [
        written(
            ("Journal of Motion 12", 50, 780, 8),
            (f"Sentence number {n} stands on this page.", 50, 700, 10),
            *((f"The line {word} stands on page {n}x.", 50, 680 - 12 * k, 10) for k, word in enumerate("abc")),
            (f"- {n + 1} -", 290, 20, 8),
        )
        for n in range(6)
    ]
    document = parse_pdf(pdf(*pages), SETTINGS)
    assert "Journal" not in document.text
    assert "- 1 -" not in document.text
    assert document.text.count("Sentence number") == 6
    assert "dropped 12 running titles and page numbers" in document.notes


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"%PDF-1.4\n%%EOF", "pdf.malformed"),
        (b"not a PDF", "pdf.malformed"),
        (pdf(""), "pdf.empty"),
        (pdf(IMAGE), "pdf.scanned"),
        (pdf(IMAGE, IMAGE, written(("one page of text that was typed in here", 50, 700, 10))), "pdf.scanned"),
        (pdf(written(('"7+%-', 50, 700, 10))), "pdf.bad_text_layer"),
        (
            pdf(IMAGE + written(("sw | + 400 t= B{n 1] wo|d q~ # a_b", 50, 700, 10), mode=3)),
            "pdf.bad_text_layer",
        ),
    ],
)
def test_what_is_no_text_is_named(data: bytes, rule: str) -> None:
    assert rule_of(data) == rule


@pytest.mark.parametrize(("title", "expected"), [("FEFF0041002000420043", "A BC"), ("FEFFD8000041", None)])
def test_a_broken_title_costs_only_itself(title: str, expected: str | None) -> None:
    page = written(("Words enough for a page of a document.", 50, 700, 10))
    assert parse_pdf(pdf(page, title=title), SETTINGS).title == expected


def test_too_many_pages_are_named() -> None:
    assert rule_of(pdf("", ""), pdf_max_pages=1) == "pdf.too_many_pages"


def test_a_scan_among_pages_of_text_is_noted() -> None:
    text = written(("A page of text that was typed in here.", 50, 700, 10))
    document = parse_pdf(pdf(text, IMAGE, text), SETTINGS)
    assert "1 of 3 pages have no text layer" in document.notes


def test_a_sound_ocr_layer_is_read() -> None:
    text = written(("The invisible words over this scan were read well.", 50, 700, 10), mode=3)
    assert parse_pdf(pdf(IMAGE + text), SETTINGS).text == "The invisible words over this scan were read well."


def test_threads_take_turns() -> None:
    data = pdf(written(("Many threads may read at once.", 50, 700, 10)))
    with ThreadPoolExecutor(8) as pool:
        texts = {document.text for document in pool.map(lambda _: parse_pdf(data, SETTINGS), range(32))}
    assert texts == {"Many threads may read at once."}


@pytest.mark.parametrize(
    ("drawn", "expected", "n_dropped"),
    [
        ("eﬃcient ﬁne ﬂow", "efficient fine flow", 0),
        ("Universit¨at M´exico na¨ıve", "Universität México naïve", 0),
        ("e\x0bect o\x0ece", "effect office", 0),
        ("\uf8eb\uf8ec\uf8ed x", "⎛⎜⎝ x", 0),
        ("(U) \x04", "(U)", 1),
        ("e\u0301te\u0301", "été", 0),
    ],
)
def test_characters_become_ordinary(drawn: str, expected: str, n_dropped: int) -> None:
    assert clean_characters(drawn) == (expected, n_dropped)


def test_quality_measures_words_and_unmapped_characters() -> None:
    assert measure(["12 34.5"]).word_share == 1.0
    assert measure(["Contents ............ 12"]).word_share == 1.0
    assert measure(['"7+%-']).word_share == 0.0
    assert measure(["ab\ue001\ufffd"], n_dropped=4).unmapped_share == pytest.approx(6 / 8)


def line(text: str, y: float, *, x: float = 50.0, size: float = 10.0, hyphen: bool = False) -> Line:
    return Line(text, left=x, right=x + 5 * len(text), bottom=y, top=y + size, size=size, hyphen=hyphen)


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [
        ("no hint at all", "wellknown"),
        ("a well-known fact", "well-known"),
        ("all is well and known", "well-known"),
        ("a wellknown and well-known fact, known well", "wellknown"),
    ],
)
def test_a_divided_word_follows_the_rest_of_the_document(elsewhere: str, expected: str) -> None:
    lines = [line(elsewhere, 700), line("The fact is well", 688, hyphen=True), line("known to all.", 676)]
    text = compose([lines], min_furniture_share=0.5).text
    assert f"The fact is {expected} to all." in text


def test_exponents_return_to_their_line() -> None:
    base, raised = line("f", 700), Line("-1", left=55, right=62, bottom=704, top=710, size=6)
    rest = line("(U) is open", 700, x=62.5)
    assert compose([[base, raised, rest]], min_furniture_share=0.5).text == "f^-1(U) is open"


def test_titles_of_left_and_right_pages_count_apart() -> None:
    letters = "abcdefgh"
    pages = [
        [
            line("Left title" if n % 2 else "Right title", 780),
            *(line(f"{letters[n] * 3} {k}", 700 - 12 * k) for k in range(6)),
        ]
        for n in range(8)
    ]
    assert furniture_forms(pages, min_share=0.6) == {("left title", 10.0), ("right title", 10.0)}
    assert furniture_forms(pages[:2], min_share=0.5) == frozenset()


EXPECTED = {
    "linn": "pdf.scanned", "skew": "pdf.scanned", "ccitt": "pdf.scanned", "c03-29": "pdf.scanned",
    "2400dpi": "pdf.scanned", "francais": "pdf.scanned", "masks": "pdf.scanned", "kcs": "pdf.scanned",
    "grayscale-image": "pdf.scanned", "graph_ocred": "pdf.bad_text_layer",
    "truetype_font_nomapping": "pdf.bad_text_layer", "invalid": "pdf.malformed",
    "libreoffice-writer-password": "pdf.encrypted", "no_contents": "pdf.empty",
    "tagged": None, "overlay": None, "multicolumn": None, "GeoTopo-komprimiert": None, "habibi": None,
    "with-attachment": None, "lmer": None, "countreg": None, "LegoCondInf": None,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.parametrize("name", EXPECTED)
def test_real_files_become_what_they_must(shared_data, name: str) -> None:
    (path,) = (found for folder in ("pdf", "papers") for found in (shared_data / folder).rglob(f"{name}.pdf"))
    if rule := EXPECTED[name]:
        assert rule_of(path.read_bytes()) == rule
        return
    document = parse_pdf(path.read_bytes(), SETTINGS)
    assert document.text == tidy(document.text)
    offsets = [int(offset) for offset in document.extra["page_offsets"].split()]
    assert offsets == sorted(offsets)
    assert offsets[-1] <= len(document.text)


@pytest.mark.shared_data
def test_columns_keep_their_order(shared_data) -> None:
    (path,) = (shared_data / "pdf").rglob("multicolumn.pdf")
    document = parse_pdf(path.read_bytes(), SETTINGS)
    assert document.title == "Two-Column Document with Lorem Ipsum"
    beginnings = [
        "Lorem ipsum dolor",
        "Nam dui ligula",
        "Nulla malesuada porttitor",
        "Quisque ullamcorper placerat",
    ]
    places = [document.text.index(beginning) for beginning in beginnings]
    assert places == sorted(places)
    assert "consectetuer adipiscing elit" in document.text


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["lmer", "countreg", "LegoCondInf"])
def test_papers_hold_the_words_of_their_sources(shared_data, name: str) -> None:
    import re
    from collections import Counter

    (path,) = (shared_data / "papers").rglob(f"{name}.pdf")

    def words(text: str) -> Counter[str]:
        return Counter(re.findall(r"[a-zäöüß]{2,}", text.lower()))

    source = parse(path.with_suffix(".Rnw").read_bytes(), "text/x-rnw", SETTINGS).text
    source = re.sub(r"```.*?```|`[^`]*`", " ", source, flags=re.DOTALL)
    source = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|\[[^\]]*@[^\]]*\]|\[ref:[^\]]*\]|\{#[^}]*\}", " ", source, flags=re.DOTALL)
    text = parse(path.read_bytes(), "application/pdf", SETTINGS).text
    assert not re.search("[\ufb00-\ufb06]", text)
    assert len(re.findall(r"[a-z]-\s+[a-z]", text)) < 0.3e-3 * len(text.split())
    found = words(text)
    expected = words(source)
    assert sum((expected & found).values()) / sum(expected.values()) > 0.99
