"""OMML to LaTeX: every structure, and two parsers that know nothing of the converter."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from latex2mathml.converter import convert
from lxml import etree
from pylatexenc.latexwalker import LatexWalker

from darwin_assets.normalize.omml import omml_to_latex
from tests.unit.normalize.word_files import NAMESPACES, math_run


def r(text: str, properties: str = "") -> str:
    return math_run(text, properties)


def e(content: str, name: str = "e") -> str:
    return f"<m:{name}>{content}</m:{name}>"


UPRIGHT = '<m:sty m:val="p"/>'
BOLD = '<m:sty m:val="b"/>'
DOUBLE_STRUCK = '<m:scr m:val="double-struck"/>'
NORMAL = "<m:nor/>"


def latex_of(body: str) -> str | None:
    return omml_to_latex(etree.fromstring(f"<m:oMath {NAMESPACES}>{body}</m:oMath>"))


def delimited(body: str, properties: str = "") -> str:
    return f"<m:d><m:dPr>{properties}</m:dPr>{body}</m:d>"


def character(name: str, value: str) -> str:
    return f'<m:{name} m:val="{value}"/>'


def matrix(*rows: tuple[str, ...]) -> str:
    return "<m:m>" + "".join(f"<m:mr>{''.join(e(r(cell)) for cell in row)}</m:mr>" for row in rows) + "</m:m>"


LIMIT = f"<m:limLow>{e(r('lim', UPRIGHT))}{e(r('x→0'), 'lim')}</m:limLow>"
BRACED = f"<m:groupChr>{e(r('a+b'))}</m:groupChr>"
CASES = {
    "letters": (r("xy"), "xy"),
    "row over runs": (r("a=") + r("−b×") + r("c"), r"a = -b \times c"),
    "greek and operator": (r("α≤β"), r"\alpha \leq \beta"),
    "upright differential": (r("d", UPRIGHT) + r("x"), r"\mathrm{d}x"),
    "upright word cut in two": (r("s", UPRIGHT) + r("p", UPRIGHT), r"\mathrm{sp}"),
    "bold": (r("v", BOLD) + r("α", BOLD) + r("2", BOLD), r"\mathbf{v}\boldsymbol{\alpha}\mathbf{2}"),
    "double struck": (r("R", DOUBLE_STRUCK), r"\mathbb{R}"),
    "letter of Unicode's mathematics": (r("𝑥+𝐲"), r"x + \mathbf{y}"),
    "combining mark": (r("ax̄"), r"a\bar{x}"),
    "words": (r(" if ", NORMAL) + r("x>0"), r"\text{ if }x > 0"),
    "cyrillic word": (r("масса"), r"\text{масса}"),
    "number": (r("1,024.5"), "1,024.5"),
    "wide space": (r("a\u2003b"), r"a\quad b"),
    "specials": (r("50%"), r"50\%"),
    "symbol of a font": ('<m:r><w:sym w:font="Symbol" w:char="F061"/></m:r>', r"\alpha"),
    "text run of Word": ("<w:r><w:t>net</w:t></w:r>", r"\text{net}"),
    "fraction": (f"<m:f>{e(r('a'), 'num')}{e(r('b'), 'den')}</m:f>", r"\frac{a}{b}"),
    "linear fraction": (
        f'<m:f><m:fPr>{character("type", "lin")}</m:fPr>{e(r("a"), "num")}{e(r("b"), "den")}</m:f>', "a/b"),
    "binomial": (
        delimited(e(f'<m:f><m:fPr>{character("type", "noBar")}</m:fPr>{e(r("n"), "num")}{e(r("k"), "den")}</m:f>')),
        r"\binom{n}{k}"),
    "square root": (f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>{e(r("x+1"))}</m:rad>', r"\sqrt{x + 1}"),
    "cube root": (f"<m:rad>{e(r('3'), 'deg')}{e(r('x'))}</m:rad>", r"\sqrt[3]{x}"),
    "superscript": (f"<m:sSup>{e(r('x'))}{e(r('2'), 'sup')}</m:sSup>", "x^{2}"),
    "base of two letters": (f"<m:sSup>{e(r('ab'))}{e(r('2'), 'sup')}</m:sSup>", "{ab}^{2}"),
    "prime": (f"<m:sSup>{e(r('f'))}{e(r('′'), 'sup')}</m:sSup>", "f'"),
    "both scripts": (f"<m:sSubSup>{e(r('x'))}{e(r('i'), 'sub')}{e(r('2'), 'sup')}</m:sSubSup>", "x_{i}^{2}"),
    "isotope": (f"<m:sPre>{e(r('6'), 'sub')}{e(r('14'), 'sup')}{e(r('C', UPRIGHT))}</m:sPre>", r"{}_{6}^{14}\mathrm{C}"),
    "sum": (
        f'<m:nary><m:naryPr>{character("chr", "∑")}</m:naryPr>{e(r("i=1"), "sub")}{e(r("n"), "sup")}{e(r("i"))}</m:nary>',
        r"\sum_{i = 1}^{n}i"),
    "integral by default": (f"<m:nary>{e(r('0'), 'sub')}{e(r('1'), 'sup')}{e(r('f'))}</m:nary>", r"\int_{0}^{1}f"),
    "limits that are hidden": (
        f'<m:nary><m:naryPr>{character("chr", "∮")}<m:subHide m:val="on"/><m:supHide/></m:naryPr>{e(r("f"))}</m:nary>',
        r"\oint f"),
    "function": (f"<m:func>{e(r('sin', UPRIGHT), 'fName')}{e(r('x'))}</m:func>", r"\sin x"),
    "function of another name": (f"<m:func>{e(r('rank', UPRIGHT), 'fName')}{e(r('A'))}</m:func>", r"\operatorname{rank}A"),
    "limit": (
        f"<m:func>{e(LIMIT, 'fName')}{e(r('f'))}</m:func>",
        r"\lim_{x \to 0}f"),
    "hat by default": (f"<m:acc>{e(r('x'))}</m:acc>", r"\hat{x}"),
    "vector": (f'<m:acc><m:accPr>{character("chr", "⃗")}</m:accPr>{e(r("F"))}</m:acc>', r"\vec{F}"),
    "bar over two": (f'<m:bar><m:barPr>{character("pos", "top")}</m:barPr>{e(r("AB"))}</m:bar>', r"\overline{AB}"),
    "bar under": (f"<m:bar>{e(r('x'))}</m:bar>", r"\underline{x}"),
    "brace with text": (
        f"<m:limLow>{e(BRACED)}{e(r('c'), 'lim')}</m:limLow>",
        r"\underbrace{a + b}_{c}"),
    "text over an arrow": (
        f'<m:groupChr><m:groupChrPr>{character("chr", "→")}</m:groupChrPr>{e(r("heat", NORMAL))}</m:groupChr>',
        r"\xrightarrow{\text{heat}}"),
    "box": (f"<m:borderBox>{e(r('E'))}</m:borderBox>", r"\boxed{E}"),
    "phantom": (f'<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr>{e(r("x"))}</m:phant>', r"\phantom{x}"),
    "parentheses": (delimited(e(r("x"))), "(x)"),
    "tall parentheses": (
        delimited(e(f"<m:f>{e(r('a'), 'num')}{e(r('b'), 'den')}</m:f>")), r"\left( \frac{a}{b} \right)"),
    "separators": (delimited(e(r("a")) + e(r("b")), character("sepChr", ";")), "(a; b)"),
    "interval": (delimited(e(r("0,1")), character("begChr", "[") + character("endChr", ")")), "[0,1)"),
    "norm": (delimited(e(r("x")), character("begChr", "‖") + character("endChr", "‖")), r"\|x\|"),
    "matrix": (delimited(e(matrix(("1", "2"), ("3", "4"))), character("begChr", "[") + character("endChr", "]")),
               r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"),
    "bare matrix": (matrix(("1", "2"), ("3", "4")), r"\begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array}"),
    "cases": (
        delimited(
            e(f"<m:eqArr>{e(r('x,&amp;x&gt;0'))}{e(r('−x'))}</m:eqArr>"), character("begChr", "{") + character("endChr", "")
        ),
        r"\begin{cases} x, & x > 0 \\ -x \end{cases}"),
    "aligned rows": (f"<m:eqArr>{e(r('a&amp;=b'))}{e(r('&amp;=c'))}</m:eqArr>",
                     r"\begin{array}{rl} a & = b \\ & = c \end{array}"),
    "numbered equation": (f"<m:eqArr>{e(r('E=m#(1)'))}</m:eqArr>", r"E = m\qquad (1)"),
    "insertion": (f"<w:ins>{r('x')}</w:ins>", "x"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_structure(name: str) -> None:
    body, expected = CASES[name]
    latex = latex_of(body)
    assert latex == expected
    assert_parses(latex or "")


def test_what_shows_nothing_is_no_formula() -> None:
    assert latex_of("") is None
    assert latex_of(r("\u2003")) is None


def assert_parses(latex: str) -> None:
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    assert "\\" not in convert(latex)


def _structures(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda two: f"<m:f>{e(two[0], 'num')}{e(two[1], 'den')}</m:f>"),
        pair.map(lambda two: f"<m:sSup>{e(two[0])}{e(two[1], 'sup')}</m:sSup>"),
        pair.map(lambda two: f"<m:sSub>{e(two[0])}{e(two[1], 'sub')}</m:sSub>"),
        pair.map(lambda two: f"<m:nary>{e(two[0], 'sub')}<m:sup/>{e(two[1])}</m:nary>"),
        pair.map(lambda two: f"<m:m><m:mr>{e(two[0])}{e(two[1])}</m:mr></m:m>"),
        pair.map(lambda two: f"<m:limUpp>{e(two[0])}{e(two[1], 'lim')}</m:limUpp>"),
        inner.map(lambda one: f"<m:rad><m:deg/>{e(one)}</m:rad>"),
        inner.map(lambda one: f"<m:acc>{e(one)}</m:acc>"),
        inner.map(lambda one: delimited(e(one))),
        pair.map("".join),
    )


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.recursive(st.sampled_from("xyn12α+−=∈").map(r), _structures, max_leaves=12))
def test_whatever_is_put_together_parses(body: str) -> None:
    latex = latex_of(body)
    assert latex
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    convert(latex)
