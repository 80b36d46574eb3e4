"""Code of web pages: preformatted text as it stands, and the language that its classes state."""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.html_formulas import FORMULA
from darwin_assets.normalize.xml_tree import find_text

_LANGUAGE_CLASS = re.compile(r"^(?:language|lang|highlight|brush:?|sourceCode|src)[-:]([A-Za-z0-9+#]+)$")
_NO_LANGUAGE = frozenset({"default", "none", "notranslate", "text", "plaintext", "highlight"})
_LINES = frozenset({"div", "p", "li", "tr"})

_text_of = find_text("string()")
_is_structured = etree.XPath(f"boolean(.//br | .//{FORMULA} | {' | '.join(f'.//{tag}' for tag in sorted(_LINES))})")


def flatten_code(root: etree._Element) -> None:
    """Preformatted elements to their bare text, in place: highlighters put every token into its own element."""
    for element in list(root.iter("pre")):
        if len(element) and next(element.iter(FORMULA), None) is None:
            language, text, tail = code_language(element), raw_text(element), element.tail
            element.clear()
            element.text, element.tail = text, tail
            if language:
                element.set("class", f"language-{language}")


def raw_text(element: etree._Element) -> str:
    """Text as it stands, with `br` and block elements as line ends."""
    if not _is_structured(element):
        return _text_of(element)
    pieces = [element.text or ""]
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node is element:
            continue
        if event == "start":
            pieces.append(("\n" if node.tag == "br" else "") + (node.text or node.get("latex", "")))
        else:
            pieces.append(("\n" if node.tag in _LINES else "") + (node.tail or ""))
    return "".join(pieces)


def code_language(element: etree._Element) -> str:
    """The language that the element, its `code` or a wrapper of a highlighter states; empty when none does."""
    near = [element, *element.iterchildren("code"), *list(element.iterancestors())[:2]]
    for node in near:
        classes = node.get("class", "").split()
        for position, name in enumerate(classes):
            match = _LANGUAGE_CLASS.match(name)
            stated = (
                match[1] if match else classes[position + 1] if name == "sourceCode" and classes[position + 1 :] else ""
            )
            if stated and stated.lower() not in _NO_LANGUAGE:
                return stated
    return ""
