"""Scripts of MathML and OMML: what stands beside, above and below a base."""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.latex_symbols import LIMIT_BASES, OVER_ACCENTS, SYMBOLS, UNDER_ACCENTS
from darwin_assets.normalize.mathml_rows import Parts, join
from darwin_assets.normalize.xml_tree import local_name, token_text

_ATOM = re.compile(r"[A-Za-z()\[\]|]|[0-9]+(?:[.,][0-9]+)*|\\[A-Za-z]+")
_ONE_ARGUMENT = re.compile(
    r"\\(?:text[a-z]*|math[a-z]+|boldsymbol|sqrt|overline|underline|hat|bar|vec|dot|ddot|tilde)(?=\{)"
)


def script_base(latex: str) -> str:
    """A base that a script can be attached to without changing what the script belongs to."""
    if latex in LIMIT_BASES or _ATOM.fullmatch(latex):
        return latex
    command = _ONE_ARGUMENT.match(latex)
    group = latex[command.end() :] if command else latex
    is_one_group = group[:1] in ("(", "[", "{") and _closes_at_end(group)
    return latex if is_one_group else "{" + latex + "}"


def _closes_at_end(latex: str) -> bool:
    depth = 0
    for position, character in enumerate(latex):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return position == len(latex) - 1
    return False


def superscript(script: str) -> str:
    """What is raised, after its base: primes and degrees as LaTeX writes them, nothing for nothing."""
    if script and not script.strip("'"):
        return script
    if script == SYMBOLS["°"]:
        return r"^{\circ}"
    script = re.sub(r"^'+", lambda primes: r"\prime" * len(primes[0]) + " ", script)
    return "^{" + script + "}" if script else ""


def subscript(script: str) -> str:
    """What is lowered, after its base; nothing for nothing."""
    return "_{" + script + "}" if script else ""


def msup(element: etree._Element, parts: Parts) -> str:
    base, script = exactly(parts, 2)
    return script_base(base) + superscript(script)


def msub(element: etree._Element, parts: Parts) -> str:
    base, script = exactly(parts, 2)
    return script_base(base) + subscript(script)


def msubsup(element: etree._Element, parts: Parts) -> str:
    base, below, above = exactly(parts, 3)
    return script_base(base) + subscript(below) + superscript(above)


def mmultiscripts(element: etree._Element, parts: Parts) -> str:
    names = [local_name(child) for child in element.iterchildren("*")]
    split = names.index("mprescripts") if "mprescripts" in names else len(names)
    after = _script_pairs(parts[1:split])
    before = _script_pairs(parts[split + 1 :])
    return ("{}" + before if before else "") + (script_base(parts[0]) if parts else "{}") + after


def _script_pairs(parts: Parts) -> str:
    pairs = [subscript(join(parts[0::2])), superscript(join(parts[1::2]))]
    return "".join(pairs)


def exactly(parts: Parts, count: int) -> Parts:
    """Parts of an element of fixed arity; what is missing is empty and what is too much joins the last."""
    parts = parts + [""] * (count - len(parts))
    return [*parts[: count - 1], join(parts[count - 1 :])]


def mover(element: etree._Element, parts: Parts) -> str:
    base, over = exactly(parts, 2)
    return overset(base, over, _script_text(element, 1))


def munder(element: etree._Element, parts: Parts) -> str:
    base, under = exactly(parts, 2)
    return underset(base, under, _script_text(element, 1))


def munderover(element: etree._Element, parts: Parts) -> str:
    base, under, over = exactly(parts, 3)
    if base in LIMIT_BASES:
        return base + subscript(under) + superscript(over)
    if base in {r"\to", r"\longrightarrow"} and over:
        return rf"\xrightarrow[{{{under}}}]{{{over}}}"
    return underset(overset(base, over, _script_text(element, 2)), under, _script_text(element, 1))


def _script_text(element: etree._Element, position: int) -> str:
    children = list(element.iterchildren("*"))
    return "".join(token_text(children[position]).split()) if position < len(children) else ""


def overset(base: str, over: str, over_text: str) -> str:
    """A base with something over it: an accent or brace where `over_text` is the character of one, else a limit or
    LaTeX's own `overset`.
    """
    if over_text in OVER_ACCENTS and base not in LIMIT_BASES:
        narrow, wide = OVER_ACCENTS[over_text]
        is_narrow = len(re.sub(r"\\(?:math[a-z]+|text|boldsymbol)\{([^{}])\}|\\[A-Za-z]+", r"\1", base)) <= 1
        return rf"\{narrow if is_narrow else wide}{{{base}}}"
    if over_text == "⏜":
        return rf"\overset{{\frown}}{{{base}}}"
    if base in LIMIT_BASES or base.startswith(r"\overbrace"):
        return base + superscript(over)
    if base in {r"\to", r"\longrightarrow"} and over:
        return rf"\xrightarrow{{{over}}}"
    return rf"\overset{{{over}}}{{{base}}}" if over else base


def underset(base: str, under: str, under_text: str) -> str:
    """A base with something under it, as `overset`."""
    if under_text in UNDER_ACCENTS and base not in LIMIT_BASES:
        return rf"\{UNDER_ACCENTS[under_text]}{{{base}}}"
    if base in LIMIT_BASES or base.startswith(r"\underbrace"):
        return base + subscript(under)
    return rf"\underset{{{under}}}{{{base}}}" if under else base
