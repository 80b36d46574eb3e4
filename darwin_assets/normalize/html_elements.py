"""Elements of HTML as Markdown parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from darwin_assets.normalize.cnxml_lists import ordinal
from darwin_assets.normalize.html_code import code_language, raw_text
from darwin_assets.normalize.html_formulas import FORMULA
from darwin_assets.normalize.html_tables import data_table, is_layout, table_rows, without_grid
from darwin_assets.normalize.markdown_writer import (
    Block,
    Part,
    blocks_of,
    code_block,
    display_formula,
    emphasized,
    heading,
    inline_code,
    inline_text,
    list_block,
    lowered,
    marker,
    one_line,
    paragraphs,
    quote_block,
    raised,
    running_text,
)
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import local_name, token_text

Results = list[list[Part]]

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "legend",
        "main",
        "nav",
        "p",
        "section",
        "summary",
        "caption",
        "tbody",
        "thead",
        "tfoot",
        "tr",
    ]
)


@dataclass
class Page:
    """What rendering one element needs to know of its page, and what it counts."""

    settings: NormalizeSettings
    title: str | None
    language: str | None
    headline: str | None = None
    """The page's only first-level heading, wherever it stands."""
    has_formulas: bool = False
    text: str = ""
    notes: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    cells: dict[etree._Element, str] = field(default_factory=dict)

    def render(self, element: etree._Element, results: Results) -> list[Part]:
        tag = str(element.tag)
        renderer = _RENDERERS.get(tag)
        if renderer:
            return renderer(self, element, results)
        parts = self.flow(element, results)
        return paragraphs(parts) if tag in _BLOCKS else parts

    def run(self, text: str | None) -> str:
        return running_text(text, escape_dollars=self.has_formulas)

    def flow(self, element: etree._Element, results: Results) -> list[Part]:
        """Text and rendered children of an element in order."""
        parts: list[Part] = [self.run(element.text)] if element.text else []
        for child, result in zip(element, results, strict=True):
            parts += result
            if child.tail:
                parts.append(self.run(child.tail))
        return parts


# Blocks


def _heading(page: Page, element: etree._Element, results: Results) -> list[Part]:
    text = re.sub(r"\s+[#§]$|\s*¶$", "", one_line(page.flow(element, results)))
    return heading(int(local_name(element)[1]), text)


def _pre(page: Page, element: etree._Element, results: Results) -> list[Part]:
    parts = code_block(raw_text(element), code_language(element))
    page.counts["code_blocks"] += len(parts)
    return parts


def _blockquote(page: Page, element: etree._Element, results: Results) -> list[Part]:
    return quote_block(page.flow(element, results))


def _list(page: Page, element: etree._Element, results: Results) -> list[Part]:
    start = element.get("start", "1")
    number = int(start) if re.fullmatch(r"-?[0-9]{1,9}", start) else 1
    style = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}.get(
        element.get("type", ""), ""
    )
    items: list[tuple[str, list[Part]]] = []
    for child, result in zip(element.iterchildren("*"), results, strict=True):
        # Old pages put a list straight into a list.
        if local_name(child) != "li" and items:
            items[-1][1].extend([*result, page.run(child.tail)])
            continue
        mark = f"{ordinal(number, style)}." if local_name(element) == "ol" else "-"
        items.append((mark, list(result)))
        number += 1
    return list_block(items)


def _definition_term(page: Page, element: etree._Element, results: Results) -> list[Part]:
    return marker(one_line(page.flow(element, results)))


def _table(page: Page, element: etree._Element, results: Results) -> list[Part]:
    rows = table_rows(element)
    if is_layout(element, rows):
        return list(blocks_of(page.flow(element, results)))
    page.counts["tables"] += 1
    caption = next((result for child, result in zip(element, results, strict=True) if child.tag == "caption"), [])
    return [*marker(one_line(caption)), *data_table(rows, page.cells)]


def _table_cell(page: Page, element: etree._Element, results: Results) -> list[Part]:
    parts = blocks_of(page.flow(element, results))
    page.cells[element] = one_line([without_grid(part) for part in parts])
    return list(parts)


# Within a line


def _formula(page: Page, element: etree._Element, results: Results) -> list[Part]:
    page.counts["formulas_in"] += 1
    latex = element.get("latex", "")
    page.counts["asciimath"] += element.get("kind") == "asciimath"
    if not latex:
        return [page.run(element.text)]
    page.counts["formulas_out"] += 1
    return display_formula(latex) if element.get("display") == "block" else [f"${latex}$"]


def _code(page: Page, element: etree._Element, results: Results) -> list[Part]:
    if next(element.iter(FORMULA), None) is not None:
        return page.flow(element, results)
    return [inline_code(token_text(element))]


def _anchor(page: Page, element: etree._Element, results: Results) -> list[Part]:
    parts = page.flow(element, results)
    url, text = element.get("href", "").strip(), inline_text(parts)
    if not page.settings.keep_link_urls or not url.startswith(("http://", "https://")) or not text or not text.strip():
        return parts
    return [f"[{text.strip()}]({url})"] if "![" not in text else parts


def _image(page: Page, element: etree._Element, results: Results) -> list[Part]:
    """A picture speaks through its alternative text; one without says nothing here, and data stays out."""
    alternative, source = page.run(element.get("alt")).strip(), element.get("src", "").strip()
    return [f"![{alternative}]({'' if source.startswith('data:') else source})"] if alternative else []


def _script_shift(shift: Callable[[str], str]) -> Callable[[Page, etree._Element, Results], list[Part]]:
    def render(page: Page, element: etree._Element, results: Results) -> list[Part]:
        parts = page.flow(element, results)
        text = inline_text(parts)
        # A reference such as [3] is a mark, not an exponent.
        if text is None or "$" in text or re.fullmatch(r"\s*\[.*\]\s*", text):
            return parts
        return [shift(text.strip())]

    return render


def _mark(mark: str) -> Callable[[Page, etree._Element, Results], list[Part]]:
    return lambda page, element, results: emphasized(page.flow(element, results), mark)


_Renderer = Callable[[Page, etree._Element, Results], list[Part]]
_RENDERERS: dict[str, _Renderer] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol", "menu"), _list),
    **dict.fromkeys(("code", "tt", "kbd", "samp"), _code),
    **dict.fromkeys(("td", "th"), _table_cell),
    **dict.fromkeys(("b", "strong"), _mark("**")),
    **dict.fromkeys(("i", "em"), _mark("*")),
    "pre": _pre,
    "blockquote": _blockquote,
    "dt": _definition_term,
    "table": _table,
    FORMULA: _formula,
    "a": _anchor,
    "img": _image,
    "sub": _script_shift(lowered),
    "sup": _script_shift(raised),
    "q": lambda page, element, results: ['"', *page.flow(element, results), '"'],
    "br": lambda page, element, results: ["\n"],
    "hr": lambda page, element, results: [Block("")],
}
