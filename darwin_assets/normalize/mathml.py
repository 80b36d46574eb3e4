"""MathML to LaTeX: presentation elements of MathML 3, and the TeX annotation where the author left one.

Representation only (papers.md §1.2 L1): no symbol is added or lost. What the source says in position becomes
LaTeX (`msup` a superscript), what it says in characters becomes the command of the same meaning, and words
stay words in `\\text{}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from darwin_assets.normalize.latex_symbols import VARIANTS
from darwin_assets.normalize.mathml_rows import TALL, Parts, binomial, join, row
from darwin_assets.normalize.mathml_scripts import (
    exactly,
    mmultiscripts,
    mover,
    msub,
    msubsup,
    msup,
    munder,
    munderover,
    script_base,
)
from darwin_assets.normalize.mathml_tables import array, cases, matrix_with_fences, table_cells
from darwin_assets.normalize.mathml_tokens import identifier, number, operator, space, words
from darwin_assets.normalize.tex_source import clean_tex, is_balanced
from darwin_assets.normalize.xml_tree import fold, local_name, natural_number, token_text

MATHML = "http://www.w3.org/1998/Math/MathML"

_ONLY_SPACE = re.compile(r"(?:\\(?:[,; ]|q?quad)|\s)*")
_TEX_ENCODINGS = frozenset({"application/x-tex", "application/x-latex", "text/x-tex", "text/x-latex", "tex", "latex"})


def to_latex(math: etree._Element) -> str | None:
    """LaTeX of one `math` element, without delimiters, on one line; None when it shows nothing."""
    latex = tidy_latex(fold(math, _render))
    return None if _ONLY_SPACE.fullmatch(latex) else latex


def is_display(math: etree._Element) -> bool:
    """Whether the formula stands on its own line."""
    return math.get("display") == "block" or math.get("mode") == "display"


def _render(element: etree._Element, parts: Parts) -> str:
    return _RENDERERS.get(local_name(element), row)(element, parts)


def tidy_latex(latex: str) -> str:
    """Without spaces that show nothing."""
    latex = re.sub(r"^(?:\\[,; ] *)+|(?: *\\[,; ])+$", "", latex.lstrip())
    # 90{}^{\circ} is 90^{\circ}: the empty base only guards against a second superscript, which ends in a brace.
    latex = re.sub(r"(?<=[0-9A-Za-z])\{\}(?=\^\{\\circ\})", "", latex)
    return re.sub(r" {2,}", " ", latex).strip()


# Fractions, roots, fences, tables


def _mfrac(element: etree._Element, parts: Parts) -> str:
    numerator, denominator = exactly(parts, 2)
    if element.get("linethickness", "").rstrip("ptxemc% ") in {"0", "0.0"}:
        return rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{numerator}}}{{{denominator}}}"
    if element.get("bevelled") == "true":
        return f"{script_base(numerator)}/{script_base(denominator)}"
    return rf"\frac{{{numerator}}}{{{denominator}}}"


def _msqrt(element: etree._Element, parts: Parts) -> str:
    return rf"\sqrt{{{row(element, parts)}}}"


def _mroot(element: etree._Element, parts: Parts) -> str:
    radicand, index = exactly(parts, 2)
    index = "{" + index + "}" if "[" in index or "]" in index else index
    return rf"\sqrt[{index}]{{{radicand}}}"


def _mfenced(element: etree._Element, parts: Parts) -> str:
    opening, closing = operator(element.get("open", "(")), operator(element.get("close", ")"))
    separators = element.get("separators", ",").replace(" ", "")
    inner: Parts = []
    for position, part in enumerate(parts):
        if position and separators:
            inner.append(operator(separators[min(position - 1, len(separators) - 1)]))
        inner.append(part)
    body = join(inner)
    if len(parts) == 1:
        special = matrix_with_fences(opening, body, closing) or binomial(opening, body)
        special = special or (cases(body) if opening == r"\{" and not closing else None)
        if special:
            return special
    if opening and closing and not TALL.search(body):
        return join([opening, body, closing])
    return rf"\left{opening or '.'} {body} \right{closing or '.'}"


def _mtable(element: etree._Element, parts: Parts) -> str:
    return array(element, parts)


def _menclose(element: etree._Element, parts: Parts) -> str:
    body = row(element, parts)
    notations = set(element.get("notation", "longdiv").split())
    if {"updiagonalstrike", "downdiagonalstrike"} <= notations:
        return rf"\xcancel{{{body}}}"
    for command, names in _ENCLOSURES.items():
        if notations & names:
            body = rf"\{command}{{{body}}}"
    return body


_ENCLOSURES = {
    "cancel": {"updiagonalstrike", "horizontalstrike", "verticalstrike"},
    "bcancel": {"downdiagonalstrike"},
    "sqrt": {"radical"},
    "overline": {"top", "longdiv", "actuarial"},
    "underline": {"bottom"},
    "boxed": {"box", "roundedbox", "circle"},
}


# Style, choice, tokens


def _mstyle(element: etree._Element, parts: Parts) -> str:
    return _styled(element, row(element, parts))


def _styled(element: etree._Element, body: str) -> str:
    alphabet = VARIANTS.get(element.get("mathvariant", ""))
    if not alphabet or not body or alphabet in {"mathit", "mathrm"}:
        return body
    if alphabet == "mathbf" and not re.fullmatch(r"[A-Za-z0-9]+", body):
        alphabet = "boldsymbol"
    return rf"\{alphabet}{{{body}}}"


def _mphantom(element: etree._Element, parts: Parts) -> str:
    body = row(element, parts)
    return rf"\phantom{{{body}}}" if body else ""


def _maction(element: etree._Element, parts: Parts) -> str:
    position = natural_number(element.get("selection"), 1) - 1
    return parts[min(max(position, 0), len(parts) - 1)] if parts else ""


def _semantics(element: etree._Element, parts: Parts) -> str:
    for child in element.iterchildren("*"):
        if local_name(child) == "annotation" and child.get("encoding", "").strip().lower() in _TEX_ENCODINGS:
            tex = clean_tex(token_text(child))
            if tex and is_balanced(tex):
                return tex
    return parts[0] if parts else ""


def _apply(element: etree._Element, parts: Parts) -> str:
    """Content MathML, as far as books mix it in: an operator and its operands."""
    return join([part for operand in parts[1:] for part in (parts[0], operand)][1:]) if len(parts) > 2 else join(parts)


_CONTENT_OPERATORS = {
    "lt": "<", "gt": ">", "eq": "=", "leq": r"\leq", "geq": r"\geq", "neq": r"\neq", "plus": "+",
    "minus": "-", "times": r"\times",
}  # fmt: skip


def _content_operator(element: etree._Element, parts: Parts) -> str:
    return _CONTENT_OPERATORS[local_name(element)]


def _nothing(element: etree._Element, parts: Parts) -> str:
    return ""


def _token(convert: Callable[[str, etree._Element], str]) -> Callable[[etree._Element, Parts], str]:
    def render(element: etree._Element, parts: Parts) -> str:
        return convert(token_text(element), element)

    return render


_RENDERERS: dict[str, Callable[[etree._Element, Parts], str]] = {
    "mi": _token(lambda text, element: identifier(text, element.get("mathvariant"))),
    "mn": _token(lambda text, element: _styled(element, number(text))),
    "mo": _token(lambda text, element: operator(text)),
    "mtext": _token(lambda text, element: words(text, element.get("mathvariant"))),
    "ms": _token(lambda text, element: words('"' + text + '"')),
    "mspace": _token(lambda text, element: space(element.get("width", ""))),
    "mglyph": _token(lambda text, element: words(element.get("alt", ""))),
    "ci": _token(lambda text, element: identifier(text, None)),
    "cn": _token(lambda text, element: number(text)),
    "mfrac": _mfrac, "msqrt": _msqrt, "mroot": _mroot, "msup": msup, "msub": msub, "msubsup": msubsup,
    "munder": munder, "mover": mover, "munderover": munderover, "mmultiscripts": mmultiscripts,
    "mfenced": _mfenced, "mtable": _mtable, "menclose": _menclose, "mstyle": _mstyle, "mphantom": _mphantom,
    "maction": _maction, "semantics": _semantics, "annotation": _nothing, "annotation-xml": _nothing,
    "none": _nothing, "mprescripts": _nothing, "maligngroup": _nothing, "malignmark": _nothing,
    "mtr": lambda element, parts: table_cells(parts),
    "mlabeledtr": lambda element, parts: table_cells([*parts[1:], *parts[:1]]),
    "apply": _apply, "reln": _apply,
    **dict.fromkeys(_CONTENT_OPERATORS, _content_operator),
}  # fmt: skip
