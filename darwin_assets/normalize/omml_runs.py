"""Runs of OMML: the characters of a formula as LaTeX tokens, and the properties that change how they look."""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.docx_symbols import symbol
from darwin_assets.normalize.latex_symbols import INVISIBLE, VARIANTS
from darwin_assets.normalize.mathml_tokens import identifier, number, operator, words
from darwin_assets.normalize.xml_tree import local_name

OMML = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:[.,][0-9]+)*)|(?P<latin>[A-Za-z]+(?![\u0300-\u036f\u20d0-\u20ff]))|(?P<space>\s+)"
    r"|(?P<dots>\.\.\.)|(?P<accented>.[\u0300-\u036f\u20d0-\u20ff])|(?P<letters>[^\W\d_A-Za-z]+)|(?P<other>.)"
)
_SPACES = {"\u2003": r"\quad", "\u2001": r"\quad", "\u2002": r"\ ", "\u2004": r"\;", "\u2005": r"\;", "\u2006": r"\,",
           "\u2009": r"\,", "\u200a": r"\,", "\u202f": r"\,", "\u205f": r"\;"}  # fmt: skip
_OFF = frozenset({"0", "off", "false"})


def property_of(element: etree._Element, name: str, default: str = "") -> str:
    """The value of a property; the default when the property is absent or states none."""
    node = _property(element, name)
    return default if node is None else node.get(f"{{{OMML}}}val", default)


def is_on(element: etree._Element, name: str) -> bool:
    """Whether a switch is there and not switched off."""
    node = _property(element, name)
    return node is not None and node.get(f"{{{OMML}}}val", "1") not in _OFF


def _property(element: etree._Element, name: str) -> etree._Element | None:
    """It stands in the element's `...Pr` child."""
    found = (node.find(f"{{{OMML}}}{name}") for node in element.iterchildren("*") if local_name(node).endswith("pr"))
    return next((node for node in found if node is not None), None)


def run_tokens(run: etree._Element) -> list[str]:
    """The tokens of one `m:r`."""
    text = "".join(map(_text, run.iterchildren("*"))).translate(INVISIBLE)
    if is_on(run, "nor"):
        return [words(text)] if text.strip() else [r"\ "] if text else []
    variant = _variant(run)
    return [token for token in _tokens(text, variant) if token]


def _text(node: etree._Element) -> str:
    name = local_name(node)
    if name == "sym":
        return symbol(node.get(f"{{{WORD}}}font", ""), node.get(f"{{{WORD}}}char", ""))
    return (node.text or "") if name == "t" else ""


def _variant(run: etree._Element) -> str:
    """Style and script of a run as MathML calls them; empty for the usual italic letters."""
    style, script = property_of(run, "sty"), property_of(run, "scr", "roman")
    bold = style in {"b", "bi"}
    if script != "roman":
        combined = f"bold-{script}" if bold else script
        return combined if combined in VARIANTS else script
    return {"b": "bold", "bi": "bold-italic", "p": "normal"}.get(style, "")


def _tokens(text: str, variant: str) -> list[str]:
    tokens: list[str] = []
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup, match[0]
        if kind == "latin":
            tokens.extend([identifier(piece, variant)] if variant else list(piece))
        elif kind == "space":
            tokens.append(_space(piece, text[: match.start()], text[match.end() :]))
        elif kind == "number":
            tokens.append(_styled(number(piece), variant))
        elif kind in {"letters", "accented"}:
            tokens.append(_styled(words(piece), variant))
        else:
            tokens.append(operator(piece))
    return tokens


def _space(piece: str, before: str, after: str) -> str:
    """Wide spaces as such; a plain one only where it keeps two words or numbers apart."""
    wide = next((_SPACES[character] for character in piece if character in _SPACES), "")
    return wide or (r"\ " if before[-1:].isalnum() and after[:1].isalnum() else "")


def _styled(latex: str, variant: str) -> str:
    """Digits and other letters in the run's alphabet, as far as LaTeX has it for them."""
    alphabet = VARIANTS.get(variant, "")
    if alphabet in {"", "mathrm", "mathit"} or not latex:
        return latex
    if alphabet in {"mathbf", "boldsymbol"} and not latex.isalnum():
        return rf"\boldsymbol{{{latex}}}"
    return rf"\{alphabet}{{{latex}}}" if latex.isalnum() else latex
