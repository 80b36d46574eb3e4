"""Lists of a Word document: the marker that each numbered paragraph bears."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from darwin_assets.normalize.cnxml_lists import ordinal
from darwin_assets.normalize.docx_tree import value, w
from darwin_assets.normalize.xml_tree import natural_number

MAX_LEVEL = 8
_STYLES = {"lowerLetter": "lower-alpha", "upperLetter": "upper-alpha", "lowerRoman": "lower-roman",
           "upperRoman": "upper-roman"}  # fmt: skip
_UNNUMBERED = frozenset({"bullet", "none"})


@dataclass(frozen=True)
class _Level:
    form: str
    start: int


@dataclass
class _List:
    """An abstract numbering: its levels, and how far each has counted. All lists made of it count on together."""

    levels: dict[int, _Level]
    style_link: str | None
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Markers by numbering id and level, in the order in which they are asked for."""

    def __init__(self, root: etree._Element | None, style_numbers: dict[str, str] | None = None):
        """`style_numbers`: numbering id by list style, which a list may point to instead of having levels."""
        self._abstract: dict[str, _List] = {}
        self._lists: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._style_numbers = style_numbers or {}
        if root is None:
            return
        for abstract in root.iterfind(w("abstractNum")):
            levels = {_level_of(level): _read(level) for level in abstract.iterfind(w("lvl"))}
            self._abstract[abstract.get(w("abstractNumId"), "")] = _List(levels, value(abstract, "numStyleLink"))
        for number in root.iterfind(w("num")):
            number_id = number.get(w("numId"), "")
            self._lists[number_id] = value(number, "abstractNumId") or ""
            self._restarts[number_id] = {
                _level_of(override): natural_number(value(override, "startOverride"), 1)
                for override in number.iterfind(w("lvlOverride"))
                if value(override, "startOverride") is not None
            }

    def mark(self, number_id: str, level: int) -> str:
        """`-`, or the next number, letter or Roman numeral of that level with a full stop."""
        numbered = self._list(number_id)
        if numbered is None:
            return "-"
        stated = numbered.levels.get(level, _Level("decimal", 1))
        restart = self._restarts.get(number_id, {}).pop(level, None)
        if restart is not None:
            numbered.counts[level] = restart - 1
        numbered.counts[level] = numbered.counts.get(level, stated.start - 1) + 1
        for deeper in [other for other in numbered.counts if other > level]:
            del numbered.counts[deeper]
        if stated.form in _UNNUMBERED:
            return "-"
        return ordinal(numbered.counts[level], _STYLES.get(stated.form, "")) + "."

    def _list(self, number_id: str) -> _List | None:
        found = self._abstract.get(self._lists.get(number_id, ""))
        if found and found.style_link is not None:
            linked = self._lists.get(self._style_numbers.get(found.style_link, ""), "")
            found = self._abstract.get(linked, found)
        return found


def _level_of(element: etree._Element) -> int:
    return min(natural_number(element.get(w("ilvl")), 0), MAX_LEVEL)


def _read(level: etree._Element) -> _Level:
    return _Level(value(level, "numFmt") or "decimal", natural_number(value(level, "start"), 1))
