"""MathML to LaTeX: every construct, and every formula of three real books."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from latex2mathml.converter import convert
from lxml import etree
from pylatexenc.latexwalker import LatexWalker

from darwin_assets.normalize.mathml import is_display, to_latex
from darwin_assets.normalize.tex_source import clean_tex
from darwin_assets.normalize.xml_tree import parse_xml

MATHML = "http://www.w3.org/1998/Math/MathML"
BOOKS = {
    "openstax-university-physics-vol1": 9526,
    "openstax-chemistry": 6335,
    "openstax-introductory-statistics": 4955,
}


def latex_of(body: str, attributes: str = "") -> str | None:
    return to_latex(etree.fromstring(f'<math xmlns="{MATHML}" {attributes}>{body}</math>'))


def fault_of(latex: str) -> str | None:
    """What two parsers that know nothing of this converter have against a formula."""
    try:
        LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
        mathml = convert(latex)
    except Exception as error:  # noqa: BLE001 - any complaint of a foreign parser is the finding
        return f"{type(error).__name__}: {error}"
    return "unknown command" if "\\" in mathml else None


CASES = {
    "identifier": ("<mi>x</mi>", "x"),
    "greek": ("<mi>Δ</mi><mi>t</mi>", r"\Delta t"),
    "function": ("<mi>sin</mi><mi>θ</mi>", r"\sin\theta"),
    "function in text": ("<mtext>sin</mtext><mspace width='0.2em'/><mi>x</mi>", r"\sin x"),
    "word": ("<mi>net</mi>", r"\mathrm{net}"),
    "bold": ("<mi mathvariant='bold'>v</mi>", r"\mathbf{v}"),
    "double struck": ("<mi mathvariant='double-struck'>R</mi><mo>∈</mo><mi>ℂ</mi>", r"\mathbb{R} \in \mathbb{C}"),
    "alphabet of Unicode": ("<mi>𝐯</mi><mi>𝛿</mi>", r"\mathbf{v}\delta"),
    "accented letter": ("<mi>ŷ</mi>", r"\hat{y}"),
    "combining accent": ("<mi>x̄</mi>", r"\bar{x}"),
    "number": ("<mn>1,024.5</mn>", "1,024.5"),
    "minus of Unicode": ("<mo>−</mo><mn>5</mn>", "-5"),
    "infix": ("<mi>a</mi><mo>=</mo><mo>−</mo><mi>b</mi><mo>×</mo><mi>c</mi>", r"a = -b \times c"),
    "thousands stay tight": ("<mn>2</mn><mo>,</mo><mn>450</mn>", "2,450"),
    "list": ("<mi>a</mi><mo>,</mo><mi>b</mi>", "a, b"),
    "specials": ("<mi>%</mi><mo>$</mo><mtext>#_&amp;{}</mtext>", r"\%\$\#\_\&\{\}"),
    "unit": ("<mn>5</mn><mspace width='0.2em'/><mtext>m/s</mtext>", r"5\,\text{m/s}"),
    "text with symbols": ("<mtext>Δ at 25 °C</mtext>", r"\Delta\text{ at 25 }{}^{\circ}\text{C}"),
    "charge": ("<msup><mtext>Ca</mtext><mtext>2+</mtext></msup>", r"\text{Ca}^{2+}"),
    "degrees": ("<mn>90</mn><mtext>°</mtext>", r"90^{\circ}"),
    "degrees raised": ("<msup><mi>H</mi><mo>°</mo></msup>", r"H^{\circ}"),
    "blank": ("<mo>__</mo>", r"\_\_"),
    "fraction": ("<mfrac><mn>1</mn><mi>n</mi></mfrac>", r"\frac{1}{n}"),
    "bevelled": ("<mfrac bevelled='true'><mi>a</mi><mi>b</mi></mfrac>", "a/b"),
    "root": ("<mroot><mi>x</mi><mn>3</mn></mroot>", r"\sqrt[3]{x}"),
    "square root of a row": ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", r"\sqrt{x + 1}"),
    "sub and sup": ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_{i}^{2}"),
    "power of ten": ("<msup><mrow><mn>10</mn></mrow><mn>21</mn></msup>", "10^{21}"),
    "power of a power": ("<msup><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></msup>", "{x^{2}}^{3}"),
    "prime": ("<msup><mi>f</mi><mo>′</mo></msup>", "f'"),
    "prime after a power": ("<msup><mi>f</mi><mn>2</mn></msup><mo>′</mo>", "f^{2}{}'"),
    "vector": ("<mover accent='true'><mi>F</mi><mo>→</mo></mover>", r"\vec{F}"),
    "wide vector": ("<mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>→</mo></mover>", r"\overrightarrow{AB}"),
    "mean": ("<mover><mi>x</mi><mo>¯</mo></mover>", r"\bar{x}"),
    "sum": ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mi>x</mi>", r"\sum_{i}^{n}x"),
    "limit": ("<munder><mtext>lim</mtext><mrow><mi>t</mi><mo>→</mo><mn>0</mn></mrow></munder>", r"\lim_{t \to 0}"),
    "arrow with text": ("<mover><mo>⟶</mo><mtext>heat</mtext></mover>", r"\xrightarrow{\text{heat}}"),
    "over anything": ("<mover><mo>=</mo><mtext>def</mtext></mover>", r"\overset{\text{def}}{=}"),
    "underbrace": ("<munder><mi>x</mi><mo>⏟</mo></munder>", r"\underbrace{x}"),
    "isotope": (
        "<mmultiscripts><mi>C</mi><none/><none/><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>",
        "{}_{6}^{14}C",
    ),
    "tall fences": ("<mo>(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>)</mo>", r"\left(\frac{a}{b}\right)"),
    "binomial": ("<mo>(</mo><mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>", r"\binom{n}{k}"),
    "fenced": ("<mfenced open='[' close=']' separators=';'><mi>a</mi><mi>b</mi></mfenced>", "[a; b]"),
    "matrix": (
        "<mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr></mtable><mo>]</mo>",
        r"\begin{bmatrix} 1 & 0 \end{bmatrix}",
    ),
    "cases": (
        "<mo>{</mo><mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable>",
        r"\begin{cases} a \\ b \end{cases}",
    ),
    "aligned table": (
        "<mtable columnalign='right left'><mtr><mtd><mi>x</mi></mtd><mtd><mn>1</mn></mtd></mtr></mtable>",
        r"\begin{array}{rl} x & 1 \end{array}",
    ),
    "cancelled unit": ("<menclose notation='horizontalstrike'><mtext>kg</mtext></menclose>", r"\cancel{\text{kg}}"),
    "overline": ("<menclose notation='top'><mi>X</mi></menclose>", r"\overline{X}"),
    "bold style": ("<mstyle mathvariant='bold'><mi>F</mi></mstyle>", r"\mathbf{F}"),
    "phantom": ("<mphantom><mi>x</mi></mphantom><mi>y</mi>", r"\phantom{x}y"),
    "chosen action": ("<maction selection='2'><mi>a</mi><mi>b</mi></maction>", "b"),
    "error shown": ("<merror><mtext>bad</mtext></merror>", r"\text{bad}"),
    "string": ("<ms>ab</ms>", r'"\text{ab}"'),
    "annotation": (
        (
            "<semantics><mrow><mi>x</mi></mrow>"
            "<annotation encoding='application/x-tex'>{\\displaystyle \\alpha ^{2}}</annotation></semantics>"
        ),
        r"\alpha ^{2}",
    ),
    "unbalanced annotation is not trusted": (
        "<semantics><mi>x</mi><annotation encoding='TeX'>\\frac{1</annotation></semantics>",
        "x",
    ),
    "content operator": ("<reln><lt/><mi>a</mi><mi>b</mi></reln>", "a < b"),
    "unknown element": ("<mfoo><mi>x</mi></mfoo>", "x"),
    "missing child": ("<mfrac><mi>x</mi></mfrac>", r"\frac{x}{}"),
}


@pytest.mark.parametrize("name", CASES)
def test_construct(name: str) -> None:
    body, expected = CASES[name]
    latex = latex_of(body)
    assert latex == expected
    assert fault_of(latex) is None


def test_what_shows_nothing_is_no_formula() -> None:
    assert latex_of("") is None
    assert latex_of("<mrow><mspace width='1em'/></mrow>") is None
    assert latex_of("<mtext>\u200b</mtext>") is None


def test_display_is_what_the_element_says() -> None:
    assert is_display(etree.fromstring(f'<math xmlns="{MATHML}" display="block"/>'))
    assert not is_display(etree.fromstring(f'<math xmlns="{MATHML}"/>'))


def test_prefix_and_missing_namespace_change_nothing() -> None:
    assert to_latex(etree.fromstring(f'<m:math xmlns:m="{MATHML}"><m:mi>x</m:mi></m:math>')) == "x"
    assert to_latex(etree.fromstring("<math><mi>x</mi></math>")) == "x"


def test_tex_of_authors_comes_without_its_wrappers() -> None:
    assert clean_tex(r"\( a \)") == "a"
    assert clean_tex(r"{\displaystyle x_{1}}") == "x_{1}"
    assert clean_tex("a % why\n+ b") == "a + b"
    assert clean_tex(r"$x$ \$5") == r"x \$5"


def test_depth_costs_no_stack() -> None:
    root = etree.Element("math")
    innermost = root
    for _ in range(5000):
        innermost = etree.SubElement(innermost, "msqrt")
    etree.SubElement(innermost, "mi").text = "x"
    latex = to_latex(root)
    assert latex is not None
    assert latex.count(r"\sqrt") == 5000


LEAVES = st.sampled_from(["mi", "mn", "mo", "mtext", "mspace", "ms", "none", "mprescripts", "annotation"])
INNER = st.sampled_from(
    [
        "mrow",
        "mfrac",
        "msqrt",
        "mroot",
        "msup",
        "msub",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mmultiscripts",
        "mtable",
        "mtr",
        "mtd",
        "mfenced",
        "menclose",
        "mstyle",
        "mphantom",
        "maction",
        "semantics",
        "apply",
        "x",
    ]
)
TOKENS = st.text(st.sampled_from("ab12.,+-−=()[]{}|′'°^_~¯→∑√∞%$#&\\ \u00a0αŷ𝐯½é中\u0302"), max_size=6)


def _leaf(tag: str, text: str) -> etree._Element:
    element = etree.Element(tag)
    element.text = text
    return element


def _node(tag: str, children: list[etree._Element]) -> etree._Element:
    element = etree.Element(tag)
    element.extend(children)
    return element


TREES = st.recursive(
    st.builds(_leaf, LEAVES, TOKENS), lambda inner: st.builds(_node, INNER, st.lists(inner, max_size=4)), max_leaves=12
)


@hypothesis_settings(deadline=None, max_examples=60)
@given(TREES)
def test_any_tree_becomes_balanced_latex(tree: etree._Element) -> None:
    latex = to_latex(_node("math", [tree]))
    if latex is not None:
        LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
        assert "\n" not in latex
        assert "$" not in latex.replace(r"\$", "")


def formulas_of(book: Path, step: int = 1) -> Iterator[etree._Element]:
    for module in sorted(book.glob("modules/*/index.cnxml"))[::step]:
        yield from parse_xml(module.read_bytes()).iter(f"{{{MATHML}}}math")


@pytest.mark.shared_data
def test_fifty_formulas_of_the_physics_book_parse(shared_data: Path) -> None:
    formulas = list(formulas_of(shared_data / "textbooks/openstax-university-physics-vol1", step=5))
    written = [latex for formula in formulas if (latex := to_latex(formula)) is not None]
    assert len(formulas) == 1487
    assert len(written) >= 0.99 * len(formulas)
    sample = written[:: len(written) // 50]
    assert {latex: fault for latex in sample if (fault := fault_of(latex))} == {}


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.parametrize("book", BOOKS)
def test_every_formula_of_the_books_parses(shared_data: Path, book: str) -> None:
    formulas = list(formulas_of(shared_data / "textbooks" / book))
    assert len(formulas) == BOOKS[book]
    written = [latex for formula in formulas if (latex := to_latex(formula)) is not None]
    assert len(written) >= 0.999 * len(formulas)
    assert {latex: fault for latex in written if (fault := fault_of(latex))} == {}
