"""Office Math Markup (OMML, ECMA-376 part 1, 22.1) to LaTeX.

The same rules as for MathML: no symbol is added or lost, positions become commands, words stay words. Every
element gives a list of LaTeX tokens, which are spaced where the row that they stand in is complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from darwin_assets.normalize.latex_symbols import FUNCTIONS
from darwin_assets.normalize.mathml import tidy_latex
from darwin_assets.normalize.mathml_rows import TALL, binomial, join
from darwin_assets.normalize.mathml_scripts import overset, script_base, subscript, superscript, underset
from darwin_assets.normalize.mathml_tables import cases, matrix_with_fences, table_cells
from darwin_assets.normalize.mathml_tokens import operator, words
from darwin_assets.normalize.omml_runs import OMML, is_on, property_of, run_tokens
from darwin_assets.normalize.xml_tree import fold, local_name, natural_number, token_text

Tokens = list[str]
_Renderer = Callable[[etree._Element, "Arguments"], Tokens]

_GROWING = frozenset({*"()[]|/", r"\{", r"\}", r"\|", r"\langle", r"\rangle", r"\lfloor", r"\rfloor", r"\lceil",
                      r"\rceil", r"\uparrow", r"\downarrow"})  # fmt: skip
_ONLY_SPACE = re.compile(r"(?:\\(?:[,; ]|q?quad)|\s)*")
_UPRIGHT_LETTERS = re.compile(r"(?:\\mathrm\{[A-Za-z]+\}){2,}")
_NO_BRACES = str.maketrans("", "", "{}")
_COLUMN = {"left": "l", "right": "r", "center": "c"}
_MAX_COLUMNS = 256
_TEXT_ARROWS = {r"\to": "xrightarrow", r"\longrightarrow": "xrightarrow", r"\leftarrow": "xleftarrow"}


def omml_to_latex(math: etree._Element) -> str | None:
    """LaTeX of one `m:oMath`, without delimiters, on one line; None when it shows nothing."""
    latex = _UPRIGHT_LETTERS.sub(_one_word, tidy_latex(join(fold(math, _render))))
    return None if _ONLY_SPACE.fullmatch(latex) else latex


def _one_word(match: re.Match[str]) -> str:
    """Word cuts a word into runs wherever somebody edited it."""
    return rf"\mathrm{{{match[0].replace(chr(92) + 'mathrm', '').translate(_NO_BRACES)}}}"


class Arguments:
    """What the children of an element have become, by their names."""

    def __init__(self, element: etree._Element, results: list[Tokens]):
        self._named = [(local_name(child), tokens) for child, tokens in zip(element, results, strict=True)]

    def one(self, name: str) -> str:
        """The first child of that name as LaTeX; empty when there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        return [join(list(tokens)) for child, tokens in self._named if child == name]

    def row(self) -> Tokens:
        """All children side by side."""
        return [token for _, tokens in self._named for token in tokens]


def _render(element: etree._Element, results: list[Tokens]) -> Tokens:
    name = local_name(element)
    if etree.QName(element).namespace != OMML:
        # Word allows runs of its own text in a formula.
        return [words(element.text or "")] if name == "t" else [token for tokens in results for token in tokens]
    if name == "r":
        return run_tokens(element)
    if name.endswith("pr"):
        return []
    arguments = Arguments(element, results)
    renderer = _RENDERERS.get(name)
    return renderer(element, arguments) if renderer else arguments.row()


# Fractions, roots, scripts


def _fraction(element: etree._Element, given: Arguments) -> Tokens:
    numerator, denominator = given.one("num"), given.one("den")
    kind = property_of(element, "type")
    if kind == "noBar":
        return [rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{numerator}}}{{{denominator}}}"]
    if kind in {"lin", "skw"}:
        return [f"{script_base(numerator)}/{script_base(denominator)}"]
    return [rf"\frac{{{numerator}}}{{{denominator}}}"]


def _radical(element: etree._Element, given: Arguments) -> Tokens:
    index = "" if is_on(element, "degHide") else given.one("deg")
    index = "{" + index + "}" if "[" in index or "]" in index else index
    return [rf"\sqrt{f'[{index}]' if index else ''}{{{given.one('e')}}}"]


def _scripts(element: etree._Element, given: Arguments) -> Tokens:
    return [script_base(given.one("e")) + subscript(given.one("sub")) + superscript(given.one("sup"))]


def _prescripts(element: etree._Element, given: Arguments) -> Tokens:
    return ["{}" + subscript(given.one("sub")) + superscript(given.one("sup")) + script_base(given.one("e"))]


def _lower_limit(element: etree._Element, given: Arguments) -> Tokens:
    return [underset(_as_function(given.one("e")), given.one("lim"), _limit_text(element))]


def _upper_limit(element: etree._Element, given: Arguments) -> Tokens:
    return [overset(_as_function(given.one("e")), given.one("lim"), _limit_text(element))]


def _limit_text(element: etree._Element) -> str:
    """The characters of a limit: some writers put braces and accents there."""
    limit = element.find(f"{{{OMML}}}lim")
    return "" if limit is None else "".join(token_text(limit).split())


def _n_ary(element: etree._Element, given: Arguments) -> Tokens:
    below = "" if is_on(element, "subHide") else subscript(given.one("sub"))
    above = "" if is_on(element, "supHide") else superscript(given.one("sup"))
    return [operator(property_of(element, "chr", "∫")) + below + above, given.one("e")]


def _function(element: etree._Element, given: Arguments) -> Tokens:
    return [_as_function(given.one("fname")), given.one("e")]


def _as_function(name: str) -> str:
    """The command of a function that LaTeX knows, an operator name for other upright words."""
    if name in FUNCTIONS:
        return "\\" + name
    word = re.fullmatch(r"\\(?:mathrm|text)\{([A-Za-z]{2,})\}", name)
    return rf"\operatorname{{{word[1]}}}" if word else name


# Accents, bars, boxes


def _accent(element: etree._Element, given: Arguments) -> Tokens:
    mark = property_of(element, "chr", "\u0302")
    return [overset(given.one("e"), operator(mark), mark)]


def _bar(element: etree._Element, given: Arguments) -> Tokens:
    command = "overline" if property_of(element, "pos", "bot") == "top" else "underline"
    return [rf"\{command}{{{given.one('e')}}}"]


def _group_character(element: etree._Element, given: Arguments) -> Tokens:
    mark, base = property_of(element, "chr", "⏟"), given.one("e")
    is_above = property_of(element, "pos", "bot") == "top"
    arrow = operator(mark)
    if arrow in _TEXT_ARROWS and base:
        return [rf"\{_TEXT_ARROWS[arrow]}" + (rf"[{base}]{{}}" if is_above else rf"{{{base}}}")]
    return [overset(base, arrow, mark) if is_above else underset(base, arrow, mark)]


def _border_box(element: etree._Element, given: Arguments) -> Tokens:
    body = given.one("e")
    if is_on(element, "strikeBLTR") or is_on(element, "strikeTLBR"):
        return [rf"\cancel{{{body}}}"]
    return [rf"\boxed{{{body}}}"]


def _phantom(element: etree._Element, given: Arguments) -> Tokens:
    body = given.one("e")
    is_shown = property_of(element, "show", "1") not in {"0", "off", "false"}
    return [body if is_shown or not body else rf"\phantom{{{body}}}"]


# Delimiters, matrices, equation arrays


def _delimiters(element: etree._Element, given: Arguments) -> Tokens:
    opening, closing = (
        operator(property_of(element, name, usual)) for name, usual in (("begChr", "("), ("endChr", ")"))
    )
    separator = operator(property_of(element, "sepChr", "|"))
    operands = given.all("e")
    body = join([token for operand in operands for token in (separator, operand)][1:])
    if len(operands) == 1:
        special = matrix_with_fences(opening, body, closing) or binomial(opening, body)
        special = special or (cases(body) if opening == r"\{" and not closing else None)
        if special:
            return [special]
    if (opening and closing and not TALL.search(body)) or not {opening, closing} <= _GROWING | {""}:
        return [join([opening, body, closing])]
    return [rf"\left{opening or '.'} {body} \right{closing or '.'}"] if opening or closing else [body]


def _matrix(element: etree._Element, given: Arguments) -> Tokens:
    return [_array(_columns(element), given.all("mr"))]


def _matrix_row(element: etree._Element, given: Arguments) -> Tokens:
    return [table_cells(given.all("e"))]


def _equation_array(element: etree._Element, given: Arguments) -> Tokens:
    """Rows of equations: `&` aligns them, and what follows `#` is the number that stands at the margin."""
    rows = [row.replace(r"\&", " & ").replace(r"\#", r"\qquad ") for row in given.all("e")]
    if len(rows) == 1:
        return [rows[0].replace(" & ", "")]
    if not any("&" in row for row in rows):
        return [_array("l", rows)]
    return [_array("rl" * max((row.count("&") + 2) // 2 for row in rows), rows)]


def _array(columns: str, rows: list[str]) -> str:
    # After a line end, LaTeX would take a bracket or a star as its argument.
    body = r" \\ ".join("{}" + row if row.startswith(("[", "*")) else row for row in rows)
    return rf"\begin{{array}}{{{columns}}} {body} \end{{array}}" if body.strip(" &\\") else ""


def _columns(matrix: etree._Element) -> str:
    stated = ""
    for column in (node for node in matrix.iterfind(f"{{{OMML}}}mPr/{{{OMML}}}mcs/{{{OMML}}}mc")):
        count = min(natural_number(property_of(column, "count"), 1), _MAX_COLUMNS)
        stated += _COLUMN.get(property_of(column, "mcJc", "center"), "c") * count
    n_columns = max((len(row.findall(f"{{{OMML}}}e")) for row in matrix.iterfind(f"{{{OMML}}}mr")), default=1)
    return stated.ljust(n_columns, "c")[:n_columns]


_RENDERERS: dict[str, _Renderer] = {
    "f": _fraction, "rad": _radical, "ssub": _scripts, "ssup": _scripts, "ssubsup": _scripts, "spre": _prescripts,
    "limlow": _lower_limit, "limupp": _upper_limit, "nary": _n_ary, "func": _function, "acc": _accent, "bar": _bar,
    "groupchr": _group_character, "borderbox": _border_box, "phant": _phantom, "d": _delimiters, "m": _matrix,
    "mr": _matrix_row, "eqarr": _equation_array,
}  # fmt: skip
"""Structures of OMML; an element that is not listed stands for its children side by side."""
