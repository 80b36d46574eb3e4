"""HTML as Markdown: the main content of a page with its headings, lists, tables, code and formulas.

Links are written as their text (setting `keep_link_urls` writes `[text](url)` for http and https): a page
with hundreds of links would otherwise be unreadable, and its addresses would weigh in every measure of words
in L2.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.encoding import repair
from darwin_assets.normalize.html_elements import Page
from darwin_assets.normalize.html_formulas import FORMULA, mark_formulas
from darwin_assets.normalize.html_main import drop_invisible, main_content
from darwin_assets.normalize.html_source import decode_html, parse_tree
from darwin_assets.normalize.markdown_writer import (
    Block,
    heading,
    join_blocks,
    section_titles,
)
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import fold, token_text

PARSER = "html/1"


def parse_html(data: bytes, settings: NormalizeSettings, declared_encoding: str | None = None) -> Document:
    """One page as Markdown; `declared_encoding` is the charset of an HTTP header, where there is one.

    When the main content has fewer than `min_main_chars` characters, first what looks like page furniture is
    kept in it, then the whole body is taken, and a note says so. Raises Unreadable: html.empty,
    html.too_deep.
    """
    html, encoding = decode_html(data, declared_encoding)
    html, repaired = repair(html)
    notes = [note for note in (None if encoding == "utf-8" else f"decoded as {encoding}", repaired) if note]
    page, widened = _render_page(html, settings, main_content), ""
    for select, note in _WIDER:
        if len(page.text) >= settings.min_main_chars:
            break
        wider = _render_page(html, settings, select)
        if len(wider.text) > len(page.text):
            page = wider
            widened = note
    if not page.text:
        raise Unreadable("html.empty", "no visible text in the page")
    return Document(
        text=page.text,
        title=page.title,
        language=page.language,
        sections=section_titles(page.text),
        n_formulas_in=page.counts["formulas_in"],
        n_formulas_out=page.counts["formulas_out"],
        n_tables=page.counts["tables"],
        n_code_blocks=page.counts["code_blocks"],
        parser=PARSER,
        notes=tuple([*notes, widened] if widened else notes),
        extra={"encoding": encoding},
    )


_Select = Callable[[etree._Element], etree._Element]
_WIDER: tuple[tuple[_Select, str], ...] = (
    (lambda body: main_content(body, keep_furniture=True), "main content too short, kept its navigation"),
    (lambda body: body, "main content too short, took the whole body"),
)


def _render_page(html: str, settings: NormalizeSettings, select: _Select) -> Page:
    root = parse_tree(html)
    page = Page(settings, _title(root), _language(root))
    body = next(root.iter("body"), root)
    headline = _only_headline(body)
    mark_formulas(root)
    drop_invisible(body)
    content = select(body)
    page.has_formulas = next(content.iter(FORMULA), None) is not None
    parts = fold(content, page.render)
    page.text = join_blocks(parts)
    if headline and not re.search(r"^# ", page.text, re.MULTILINE) and page.text:
        page.text = join_blocks([*heading(1, page.run(headline)), Block(page.text)])
    return page


# Metadata


def _title(root: etree._Element) -> str | None:
    """What the page declares for sharing, else its `title` without the site's name when the headline tells it
    apart.
    """
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in {
            "og:title",
            "citation_title",
            "dc.title",
        }:
            stated = " ".join(meta.get("content", "").split())
            if stated:
                return stated
    title = next((" ".join(token_text(element).split()) for element in root.iter("title")), "")
    headline = _only_headline(root)
    return headline if headline and (not title or title.startswith(headline)) else title or None


def _only_headline(root: etree._Element) -> str | None:
    headlines = [re.sub(r"\s*[¶#]$", "", " ".join(token_text(element).split())) for element in root.iter("h1")]
    return headlines[0] if len(headlines) == 1 and headlines[0] else None


def _language(root: etree._Element) -> str | None:
    stated = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
    for meta in root.iter("meta"):
        if not stated and meta.get("http-equiv", "").lower() == "content-language":
            stated = meta.get("content", "").split(",")[0]
    return (stated or "").strip() or None
