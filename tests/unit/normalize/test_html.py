"""Web pages to Markdown: what is content, and what of its structure survives."""

import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.formula_spans import formula_spans
from darwin_assets.normalize.html import parse_html
from darwin_assets.normalize.settings import NormalizeSettings

SETTINGS = NormalizeSettings(min_main_chars=0)
MATHJAX = '<script src="https://cdn.example.org/mathjax@3/tex.js"></script>'


def parsed(body: str, head: str = "", attributes: str = "") -> Document:
    page = f"<!doctype html><html {attributes}><head>{head}</head><body>{body}</body></html>"
    return parse_html(page.encode(), SETTINGS)


CASES = {
    "headings and paragraphs": (
        "<h1>A</h1><p>one</p><h3>B <a class=headerlink href='#b'>¶</a></h3>two",
        "# A\n\none\n\n### B\n\ntwo",
    ),
    "inline marks": ("<p>a <b>b</b> <i>c </i>d <code>x`y</code></p>", "a **b** *c* d ``x`y``"),
    "scripts": ("<p>H<sub>2</sub>O n<sup>th</sup><sup class=reference>[3]</sup></p>", "H₂O n^{th}[3]"),
    "lists": ("<ol start=3><li>a<ul><li>b</ul><li>c</ol>", "3. a\n   - b\n4. c"),
    "letters": ("<ol type=a><li>x<li>y</ol>", "a. x\nb. y"),
    "definition list": ("<dl><dt>word<dd>meaning</dl>", "**word**\n\nmeaning"),
    "quote": ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
    "line break": ("<p>a<br>b</p>", "a\nb"),
    "code of one span a token": (
        "<div class='highlight-python'><pre><span class=k>if</span> <span>a</span>:\n    <span>b</span>\n</pre></div>",
        "```python\nif a:\n    b\n```",
    ),
    "code with br": ("<pre><code class='language-r'>a<br>b</code></pre>", "```r\na\nb\n```"),
    "code that holds fences": ("<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"),
    "table": (
        "<table><caption>T</caption><tr><th>a<th>b<tr><td rowspan=2>1<td>x|y<tr><td>2</table>",
        "**T**\n\n| a | b |\n| --- | --- |\n| 1 | x\\|y |\n|  | 2 |",
    ),
    "table without header": ("<table><tr><td>a<td>b</table>", "|  |  |\n| --- | --- |\n| a | b |"),
    "table for layout": ("<table><tr><td><h2>A</h2><td><p>b</p></table>", "## A\n\nb"),
    "two header rows": (
        "<table><thead><tr><td>a<td>b<tr><td>c<td>d<tbody><tr><td>1<td>2</table>",
        "| a | b |\n| --- | --- |\n| c | d |\n| 1 | 2 |",
    ),
    "table in a table of data": (
        "<table><tr><th>a<th>b<tr><td>1<td><table><tr><td>x<td>y<tr><td>z|</table></table>",
        "| a | b |\n| --- | --- |\n| 1 | x, y; z\\| |",
    ),
    "table in a table for layout": (
        "<table><tr><td>a<td><table><tr><td>x<td>y</table></table>",
        "a\n\n|  |  |\n| --- | --- |\n| x | y |",
    ),
    "link": ("<p>see <a href='https://a.b/c'>there</a></p>", "see there"),
    "picture": ("<p><img src=a.png alt='A car'><img src=b.png></p>", "![A car](a.png)"),
    "data stays out": ("<img src='data:image/png;base64,AAAA' alt=plot>", "![plot]()"),
    "nothing hidden": ("<p>a</p><p style='display: none'>b</p><p hidden>c</p><script>d</script><style>e</style>", "a"),
    "hash at a line start": ("<p># not a heading</p>", "\\# not a heading"),
    "dollars without formulas": ("<p>$5 and $6</p>", "$5 and $6"),
    "mathml": ("<p>so <math><mi>x</mi><mo>=</mo><mn>1</mn></math>.</p>", "so $x = 1$."),
    "mathml of one paragraph": ("<p><math><mi>x</mi></math></p>", "$$x$$"),
    "katex": (
        (
            "<p>a <span class=katex><span class=katex-mathml><math><semantics><mrow><mi>x</mi></mrow>"
            "<annotation encoding='application/x-tex'>x^2</annotation></semantics></math></span>"
            "<span class=katex-html aria-hidden=true>x2</span></span> b</p>"
        ),
        "a $x^2$ b",
    ),
    "katex display": (
        "<span class=katex-display><span class=katex><math><mi>y</mi></math><span class=katex-html>y</span></span></span>",
        "$$y$$",
    ),
    "wikipedia shows it twice": (
        (
            "<p>is <span class=mwe-math-element><span class=mwe-math-mathml-inline style='display: none'><math><semantics>"
            "<mi>A</mi><annotation encoding='application/x-tex'>{\\displaystyle A}</annotation></semantics></math></span>"
            "<img class=mwe-math-fallback-image-inline alt='{\\displaystyle A}' aria-hidden=true src=A.svg></span> so</p>"
        ),
        "is $A$ so",
    ),
    "mathjax 2 after it ran": (
        (
            "<p>a <span class=MathJax_Preview>?</span><span class=MathJax>x2</span>"
            "<script type='math/tex'>x^2</script> b<script type='math/tex; mode=display'>y</script></p>"
        ),
        "a $x^2$ b\n\n$$y$$",
    ),
    "mathjax 3 after it ran": (
        (
            "<p><mjx-container display=true><svg></svg><mjx-assistive-mml><math><mi>z</mi></math></mjx-assistive-mml>"
            "</mjx-container></p>"
        ),
        "$$z$$",
    ),
    "picture with latex": (
        "<p>for <img class=math alt='\\frac{1}{2}' src=m.png> and <img alt='\\alpha' src='/latex.php?a'></p>",
        "for $\\frac{1}{2}$ and $\\alpha$",
    ),
    "delimiters": (
        MATHJAX + "<p>a \\(x &lt; 1\\) b \\[y\\] c <code>\\(no\\)</code> \\begin{align}z\\end{align}</p>",
        "a $x < 1$ b\n\n$$y$$\n\nc `\\(no\\)`\n\n$$\\begin{align}z\\end{align}$$",
    ),
    "delimiters in a math element need no script": ("<p>a <span class='math inline'>\\(x\\)</span></p>", "a $x$"),
    "dollars where they are configured": (
        "<script>MathJax = {tex: {inlineMath: [['$', '$']]}}</script><p>If $x$ costs \\$5 or $ 6</p>",
        "If $x$ costs \\\\$5 or \\$ 6",
    ),
    "dollars where they are not": (MATHJAX + "<p>$x$ and \\(y\\)</p>", "\\$x\\$ and $y$"),
    "delimiters of a page without mathjax": ("<p>a \\(x\\) b</p>", "a \\(x\\) b"),
    "asciimath stays": (
        "<script src='MathJax.js?config=AM_CHTML'></script><p>If `x^2` <b>b</b> `y/2` <code>`z`</code></p>",
        "If `x^2` **b** `y/2` `` `z` ``",
    ),
    "backticks of a page without asciimath": (MATHJAX + "<p>a `x^2`</p>", "a `x^2`"),
    "broken tex stays text": (MATHJAX + "<p>\\(\\frac{1\\) \\(x\\)</p>", "\\frac{1 $x$"),
}


@pytest.mark.parametrize("name", CASES)
def test_element(name: str) -> None:
    body, expected = CASES[name]
    assert parsed(body).text == expected


FURNITURE = """<nav><ul><li>Home</li></ul></nav><div class="sidebar">Latest</div><div role=search>Find</div>
<div class="breadcrumbs">Up</div>{main}<div id="comments">First!</div><footer>Imprint</footer>"""


@pytest.mark.parametrize("wrapper", ["main", "article", "div id=content", "div role=main", "div", "section"])
def test_page_furniture_goes_and_content_stays(wrapper: str) -> None:
    name = wrapper.split(maxsplit=1)[0]
    prose = "".join(f"<p>Paragraph {n}, with enough prose in it to stand for a page.</p>" for n in range(9))
    content = f"<{wrapper}><h1>Title</h1>{prose}<table><tr><td>1</td><td>2</td></tr></table></{name}>"
    text = parsed(FURNITURE.format(main=content)).text
    assert text.startswith("# Title\n\nParagraph 0,")
    assert text.endswith("| 1 | 2 |")
    assert not re.search("Home|Latest|Find|Up|First|Imprint", text)


def test_a_wrapper_named_like_furniture_is_kept() -> None:
    prose = "<p>" + "All of the content stands here. " * 20 + "</p>"
    assert "All of the content" in parsed(f"<div class='has-sidebar'><div class='menu-page'>{prose}</div></div>").text


CONTENT = "<main>{part}" + "<p>Other prose of the same page, which is far longer than the part.</p>" * 9 + "</main>"
SLUGS = {
    "binary-search": "Binary search",
    "search-trees": "4.2. Search trees<a class=headerlink>¶</a>",
    "related-work": "Related work",
    "modal-logic-1": "Modal logic",
    "theorie-de-la-menu": "Théorie de la <code>menu</code>",
    "comments": "2.1.3. Comments",
    "metadata": "Metadata",
}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("tag", ["section id={}", "div class=section id={}", "div class='section level2' id={}"])
def test_a_section_that_is_named_by_its_heading_is_content(tag: str, slug: str) -> None:
    name = tag.split(maxsplit=1)[0]
    part = f"<{tag.format(slug)}><span id=label></span><h2>{SLUGS[slug]}</h2><p>What it says.</p></{name}>"
    assert "What it says." in parsed(CONTENT.format(part=part)).text


@pytest.mark.parametrize(
    "part",
    [
        "<div id=comments><h2>Comments</h2><p>What it says.</p></div>",
        "<section id=comments><h2>Nine answers</h2><p>What it says.</p></section>",
        "<section id=related><p>What it says.</p></section>",
        "<section id=comments class='comments area'><h2>9 comments</h2><p>What it says.</p></section>",
        "<section class=related><h2>Related</h2><p>What it says.</p></section>",
    ],
)
def test_what_is_named_by_its_use_is_furniture(part: str) -> None:
    assert "What it says." not in parsed(CONTENT.format(part=part)).text


def test_terms_are_named_by_what_they_define() -> None:
    names = ("re.compile", "re.search", "menu", "toc")
    terms = "".join(
        f"<dt class='sig sig-object py' id={name}><code>{name}</code></dt><dd>Does it.</dd>" for name in names
    )
    text = parsed(CONTENT.format(part=f"<dl class='py function'>{terms}</dl>")).text
    assert [name for name in names if name not in text] == []


def test_short_main_content_widens_step_by_step() -> None:
    page = b"<body><main><p>Hi</p><nav>Links of the page</nav></main><footer>Imprint of the whole site</footer></body>"
    text = {n: parse_html(page, NormalizeSettings(min_main_chars=n)) for n in (0, 10, 50)}
    assert text[0].text == "Hi"
    assert text[10].text == "Hi\n\nLinks of the page"
    assert text[10].notes == ("main content too short, kept its navigation",)
    assert text[50].text.endswith("Imprint of the whole site")
    assert text[50].notes == ("main content too short, took the whole body",)


def test_headline_outside_the_content_becomes_its_title() -> None:
    document = parsed("<header><h1>Waves</h1></header><main><p>They move.</p></main>", "<title>Waves – Site</title>")
    assert document.text == "# Waves\n\nThey move."
    assert document.title == "Waves"
    assert document.sections == ("Waves",)


def test_title_and_language_as_the_page_states_them() -> None:
    document = parsed("x", "<title>A | B</title><meta property='og:title' content='A'>", "lang='pt-BR'")
    assert (document.title, document.language) == ("A", "pt-BR")
    bare = parsed("x", "<meta http-equiv='Content-Language' content='de, en'>")
    assert (bare.title, bare.language) == (None, "de")


def test_formulas_that_could_not_be_read_are_counted() -> None:
    document = parsed(MATHJAX + "<p>\\(\\frac{1\\) \\(x\\)</p>")
    assert (document.n_formulas_in, document.n_formulas_out) == (2, 1)


def test_links_keep_their_addresses_when_asked() -> None:
    page = b"<p><a href='https://a.b/'>out</a> <a href='#x'>in</a></p>"
    settings = NormalizeSettings(keep_link_urls=True, min_main_chars=0)
    assert parse_html(page, settings).text == "[out](https://a.b/) in"


@pytest.mark.parametrize(
    "encoded",
    [
        "<p>Größe</p>".encode(),
        "<p>Größe</p>".encode("utf-8-sig"),
        "<p>Größe</p>".encode("utf-16"),
        "<p>Größe</p>".encode("utf-16-be"),
        "<meta charset=iso-8859-1><p>Größe</p>".encode("latin-1"),
        "<meta charset=iso-8859-1><p>Größe</p>".encode(),
        "<meta charset=utf-16><p>Größe</p>".encode(),
        b"<?xml version='1.0' encoding='iso-8859-1'?><html>" + "<p>Größe</p>".encode("latin-1"),
    ],
)
def test_encodings(encoded: bytes) -> None:
    assert parse_html(encoded, SETTINGS).text == "Größe"


@pytest.mark.parametrize(
    ("stated", "encoding", "text"),
    [
        ("euc-kr", "cp949", "빛의 속도는 똠방각하"),
        ("gb2312", "gb18030", "光速在真空中是恒定的，镕"),
        ("x-sjis", "cp932", "光の速さは一定である①"),
        ("windows-1251", "cp1251", "Скорость света"),
        ("iso-8859-1", "cp1252", "“Größe” – €"),
    ],
)
def test_what_a_page_declares_is_meant_as_browsers_mean_it(stated: str, encoding: str, text: str) -> None:
    document = parse_html(f"<meta charset={stated}><p>{text}</p>".encode(encoding), SETTINGS)
    assert document.text == text
    assert document.notes[0] == f"decoded as {encoding}"


def test_a_page_in_no_certain_encoding_is_refused() -> None:
    with pytest.raises(Unreadable) as raised:
        parse_html(b"<p>" + "Größe".encode("latin-1") + bytes(range(0x80, 0x100)) + b"</p>", SETTINGS)
    assert raised.value.rule == "encoding.unknown"


def test_mojibake_is_repaired_and_noted() -> None:
    document = parse_html("<p>L’été, « Noël » à Besançon</p>".encode().decode("cp1252", "ignore").encode(), SETTINGS)
    assert "Noël" in document.text
    assert "repaired mojibake" in document.notes


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "html.empty"),
        (b"<script>only()</script>", "html.empty"),
        (b"<div>" * 100_000 + b"x", "html.too_deep"),
        (b"".join(b"<font size=%d><p>" % n for n in range(3000)), "html.too_deep"),
        (b"<b><i><u><em>" * 50_000, "html.too_deep"),
        (b"<table><tr><td>" * 5_000 + b"x", "html.too_deep"),
    ],
)
def test_what_cannot_be_read_has_a_rule(data: bytes, rule: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parse_html(data, SETTINGS)
    assert raised.value.rule == rule


@pytest.mark.slow
@pytest.mark.parametrize("mark", [r"\(x", r"\[", "$$x", r"\begin{align}", r"\(\[", "$x "])
def test_unclosed_delimiters_cost_linear_time(mark: str) -> None:
    """Fifty thousand of them would take minutes with a backtracking search, and stop the test run."""
    text = mark * 50_000 + r"\) end"
    assert len(formula_spans(text, dollars=True)) <= 50_000


@pytest.mark.parametrize(
    "table",
    [
        "<tr>" + "<td colspan=1000 rowspan=60000>x" * 2000,
        "<tr><td colspan=1000 rowspan=1000>x<td>y" * 500,
        "<tr>" + "<td>x" * 2000 + "<tr><td>y" * 2000,
    ],
)
def test_no_table_grows_far_beyond_its_source(table: str) -> None:
    assert len(parsed(f"<table>{table}</table>").text) < 2 * len(table)


def test_absurd_numbers_in_attributes_are_not_believed() -> None:
    digits = "9" * 5000
    text = parsed(f"<ol start={digits}><li>a</ol><table><tr><td colspan={digits}>b<td rowspan={digits}>c</table>").text
    assert text == "1. a\n\n|  |  |\n| --- | --- |\n| b | c |"


def test_a_small_box_with_a_promising_id_is_not_the_content() -> None:
    prose = "".join(f"<p>Paragraph {n} of the text that people come for.</p>" for n in range(20))
    assert "Paragraph 19" in parsed(f"<div id=content>Today in brief</div><div>{prose}</div>").text


def test_nested_lists_to_the_limit_of_depth() -> None:
    assert parsed("<ul><li>x" * 120).text.count("- x") == 120


@pytest.mark.slow
def test_formatting_that_closes_is_not_taken_for_soup() -> None:
    """As many elements as the refused pages have, but each closed, and unclosed copies that browsers hold three of."""
    assert len(parsed("<p><font size=1>x" * 20_000).text) > 20_000
    assert len(parsed("".join(f"<p><font size={n}>x</font>" for n in range(20_000))).text) > 20_000


WHOLE = (
    "<main><h1>T</h1><p>a <b>b</b></p><ol start=2><li>x</ol><table><tr><th colspan=2>a<tr><td rowspan=9>1<td>2</table>"
    "<pre class='language-c'>x</pre><math><msup><mi>x</mi><mn>2</mn></msup></math>"
    f"<p class=math>\\(x\\) $y$</p><img alt='\\alpha' class=tex>{MATHJAX}</main>"
).encode()


@hypothesis_settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_damaged_page_raises_nothing_but_unreadable(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        damaged[position : position + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=4))
    with suppress(Unreadable):
        parse_html(bytes(damaged), SETTINGS)


def words_of(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def prose_of(document: Document) -> str:
    """Without formulas and addresses, which the reference pages do not hold as text."""
    text = re.sub(r"!\[[^\]]*\]+\([^)]*\)", "", document.text)
    return re.sub(r"(?<!\\)(\$\$?)(?:\\.|[^$\\])+\1", "", text) if document.n_formulas_in else text


@pytest.mark.shared_data
def test_main_content_against_reference_pages(shared_data: Path) -> None:
    scores = {}
    for folder in sorted((shared_data / "html/readability").glob("*/")):
        document = parse_html((folder / "source.html").read_bytes(), NormalizeSettings())
        reference = lxml_html.fromstring((folder / "expected.html").read_text())
        got, expected = words_of(prose_of(document)), words_of(reference.text_content())
        scores[folder.name] = 2 * (got & expected).total() / (got.total() + expected.total())
    assert len(scores) == 4
    assert sum(scores.values()) / 4 >= 0.97, scores
    assert min(scores.values()) >= 0.93, scores


@pytest.mark.shared_data
def test_wikipedia_writes_each_formula_once(shared_data: Path) -> None:
    document = parse_html((shared_data / "html/readability/wikipedia-3/source.html").read_bytes(), NormalizeSettings())
    assert (document.n_formulas_in, document.n_formulas_out) == (66, 66)
    assert document.title == "Hermitian matrix"
    assert "displaystyle" not in document.text
    assert "Jump to navigation" not in document.text


# Formulas, code blocks and headings inside the main part of each page, counted in its mark-up with grep.
MANUAL_PAGES = {
    "scipy-doc/tutorial/fft.html": (48, 24, 19),
    "scipy-doc/tutorial/integrate.html": (88, 34, 10),
    "scipy-doc/tutorial/stats/continuous_t.html": (10, 0, 2),
    "sympy-doc/explanation/special_topics/classification.html": (13, 7, 5),
    "sympy-doc/modules/physics/sho.html": (2, 4, 1),
    "sympy-doc/tutorials/intro-tutorial/intro.html": (18, 19, 5),
    "lme4-rmarkdown/lmerperf.html": (3, 4, 7),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("page", MANUAL_PAGES)
def test_manual_pages_keep_formulas_and_code_and_lose_navigation(shared_data: Path, page: str) -> None:
    document = parse_html((shared_data / "html" / page).read_bytes(), NormalizeSettings())
    n_formulas, n_code_blocks, n_sections = MANUAL_PAGES[page]
    assert (document.n_formulas_in, document.n_code_blocks) == (n_formulas, n_code_blocks)
    assert document.n_formulas_out == document.n_formulas_in
    assert document.text.replace("`", "").startswith(f"# {document.title}")
    assert len(document.sections) == n_sections
    assert not re.search("Toggle child pages|Skip to (main )?content|Previous topic|Back to top|¶", document.text)
