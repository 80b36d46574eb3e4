"""Styles of a Word document: what a paragraph or a run is because of the style that it bears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from darwin_assets.normalize.docx_tree import switch, value, w
from darwin_assets.normalize.xml_tree import natural_number

_HEADING = re.compile(r"heading ?([1-9])")
_TITLE = re.compile("title")
_CODE = re.compile(
    r"(?:html )?preformatted(?: text)?|source ?(?:code|text)|code(?: block)?|macro ?text|macro|"
    r"(?:html )?(?:code|sample|typewriter|keyboard)|verbatim(?: char)?|listing"
)
_QUOTE = re.compile(r"(?:intense )?quot(?:e|ations?)|block(?: ?text| quotation)")
_LIST = re.compile(r"list(?: bullet| number)? ([2-5])")
_CONTENTS = re.compile(r"(?:toc|contents) ?(?:[1-9]|heading)|table of figures")
_BODY_LEVEL = 9
"""Outline levels 0 to 8 are those of headings; 9 is body text."""


@dataclass(frozen=True)
class _Style:
    name: str
    base: str
    outline: str | None
    numbering: tuple[str | None, str | None]
    bold: bool | None
    italic: bool | None
    hidden: bool | None


class Styles:
    """Properties by style id, looked up along the chain of styles that each is based on.

    Names are Word's own English ones in lower case, which a file keeps in every language; without `styles.xml` the
    id stands for the name.
    """

    def __init__(self, root: etree._Element | None):
        self._styles: dict[str, _Style] = {}
        self.default_paragraph = ""
        for style in root.iterfind(w("style")) if root is not None else ():
            style_id = style.get(w("styleId"), "")
            self._styles[style_id] = _read(style)
            if style.get(w("type")) == "paragraph" and style.get(w("default")) in {"1", "true", "on"}:
                self.default_paragraph = style_id

    def heading_level(self, style_id: str) -> int | None:
        """1 to 9; a document's title is of level 1."""
        for name, style in self._chain(style_id):
            if style and style.outline is not None:
                level = natural_number(style.outline, _BODY_LEVEL)
                return level + 1 if level < _BODY_LEVEL else None
            if match := _HEADING.fullmatch(name):
                return int(match[1])
        return 1 if self.is_title(style_id) else None

    def is_title(self, style_id: str) -> bool:
        return self._is(style_id, _TITLE)

    def is_code(self, style_id: str) -> bool:
        return self._is(style_id, _CODE)

    def is_quote(self, style_id: str) -> bool:
        return self._is(style_id, _QUOTE)

    def is_contents(self, style_id: str) -> bool:
        """A line of a generated table of contents or its heading; not what is based on such a style."""
        return any(_CONTENTS.fullmatch(name) for name, _ in list(self._chain(style_id))[:1])

    def numbering(self, style_id: str) -> tuple[str | None, str | None]:
        """Numbering id and level that a paragraph has by its style."""
        stated = [style.numbering for _, style in self._chain(style_id) if style]
        return (
            next((number for number, _ in stated if number is not None), None),
            next((level for _, level in stated if level is not None), None),
        )

    def list_level(self, style_id: str) -> int:
        """Level by the style's name alone: each of "List Bullet" to "List Bullet 5" has a list of one level."""
        names = (_LIST.fullmatch(name) for name, _ in self._chain(style_id))
        return next((int(match[1]) - 1 for match in names if match), 0)

    def bold(self, style_id: str) -> bool:
        return next((style.bold for _, style in self._chain(style_id) if style and style.bold is not None), False)

    def italic(self, style_id: str) -> bool:
        return next((style.italic for _, style in self._chain(style_id) if style and style.italic is not None), False)

    def hidden(self, style_id: str) -> bool:
        return next((style.hidden for _, style in self._chain(style_id) if style and style.hidden is not None), False)

    def _is(self, style_id: str, names: re.Pattern[str]) -> bool:
        return any(names.fullmatch(name) for name, _ in self._chain(style_id))

    def _chain(self, style_id: str) -> Iterator[tuple[str, _Style | None]]:
        """Name and properties of a style and of all that it is based on."""
        seen: set[str] = set()
        while style_id and style_id not in seen:
            seen.add(style_id)
            style = self._styles.get(style_id)
            yield (style.name if style else style_id.lower()), style
            style_id = style.base if style else ""


def _read(style: etree._Element) -> _Style:
    return _Style(
        name=(value(style, "name") or style.get(w("styleId")) or "").strip().lower(),
        base=value(style, "basedOn") or "",
        outline=value(style, "pPr/outlineLvl"),
        numbering=(value(style, "pPr/numPr/numId"), value(style, "pPr/numPr/ilvl")),
        bold=switch(style, "rPr/b"),
        italic=switch(style, "rPr/i"),
        hidden=switch(style, "rPr/vanish"),
    )
