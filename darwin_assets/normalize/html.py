"""HTML as Markdown: the main content of a page with its headings, lists, tables, code and formulas.

Links are written as their text (setting `keep_link_urls` writes `[text](url)` for http and https): a page
with hundreds of links would otherwise be unreadable, and its addresses would weigh in every measure of words
in L2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import deepcopy

from lxml import etree

from darwin_assets.normalize.declared_encoding import in_html
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.encoding import decoded, repair
from darwin_assets.normalize.html_code import flatten_code
from darwin_assets.normalize.html_elements import Page
from darwin_assets.normalize.html_formulas import FORMULA, mark_formulas
from darwin_assets.normalize.html_forum import find_posts, take_posts
from darwin_assets.normalize.html_main import drop_invisible, main_content
from darwin_assets.normalize.html_site import site_content, site_rule, site_title
from darwin_assets.normalize.html_source import parse_tree
from darwin_assets.normalize.markdown_writer import (
    Block,
    Part,
    blocks_of,
    heading,
    join_blocks,
    marker,
    section_titles,
)
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import fold, token_text

PARSER = "html/2"


def parse_html(data: bytes, settings: NormalizeSettings) -> Document:
    """One page as Markdown.

    In this order, and the notes say which: what a rule for the page's site names; its posts, where they are a forum's and
    gain `html_min_forum_gain`; its main content; when that has fewer than `min_main_chars` characters, the same with what
    looks like page furniture, then the whole body. Raises Unreadable: encoding.unknown, html.empty,
    html.too_deep.
    """
    source = decoded(data, in_html(data))
    html, repaired = repair(source.text)
    page = _read(html, settings)
    if not page.text:
        raise Unreadable("html.empty", "no visible text in the page")
    n_ascii = page.counts["asciimath"]
    notes = (
        source.note,
        repaired,
        *page.notes,
        f"left {n_ascii} AsciiMath formulas as they are" if n_ascii else None,
    )
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
        notes=tuple(note for note in notes if note),
        extra={"encoding": source.encoding},
    )


# From what the page is read


def _read(html: str, settings: NormalizeSettings) -> Page:
    page, body, root = _prepared(html, settings)
    if named := site_rule(root, settings):
        domain, rule = named
        page.title = site_title(root, rule) or page.title
        if (content := site_content(body, rule)) is not None:
            _write(page, _rendered(page, content))
            return _noted(page, f"read by the rule for {domain}")
        page.notes.append(f"the rule for {domain} names no content here")
    forum = _forum(page, body, settings)
    if forum and settings.html_mode == "forum":
        return forum
    _write(page, _rendered(page, main_content(body)))
    if forum and len(forum.text) >= settings.html_min_forum_gain * len(page.text):
        return forum
    if settings.html_mode == "forum":
        page.notes.append("no posts found, read as an article")
    return _widened(page, html, settings)


def _prepared(html: str, settings: NormalizeSettings) -> tuple[Page, etree._Element, etree._Element]:
    root = parse_tree(html)
    page = Page(settings, _title(root), _language(root), headline=_only_headline(root))
    body = next(root.iter("body"), root)
    mark_formulas(root)
    drop_invisible(body)
    return page, body, root


def _forum(page: Page, body: etree._Element, settings: NormalizeSettings) -> Page | None:
    """The page made of its posts; None when it has none or is to be read as an article."""
    if settings.html_mode == "article":
        return None
    is_forced = settings.html_mode == "forum"
    if not find_posts(body, min_posts=settings.html_min_posts, with_comments=is_forced):
        return None
    # Cutting the posts out and dropping furniture for the article both change the tree.
    copied = deepcopy(body)
    posts = take_posts(find_posts(copied, min_posts=settings.html_min_posts, with_comments=is_forced))
    forum = Page(settings, page.title, page.language, headline=page.headline or page.title)
    parts: list[Part] = []
    for post in posts:
        by = ", ".join(part for part in (post.author, post.date) if part)
        parts += [*marker(forum.run(by)), *blocks_of(_rendered(forum, post.body))]
    _write(forum, parts)
    return _noted(forum, f"put together from {len(posts)} posts") if forum.text else None


_Select = Callable[[etree._Element], etree._Element]
_WIDER: tuple[tuple[_Select, str], ...] = (
    (lambda body: main_content(body, keep_furniture=True), "main content too short, kept its navigation"),
    (lambda body: body, "main content too short, took the whole body"),
)


def _widened(page: Page, html: str, settings: NormalizeSettings) -> Page:
    notes = page.notes
    for select, note in _WIDER:
        if len(page.text) >= settings.min_main_chars:
            break
        wider, body, _ = _prepared(html, settings)
        _write(wider, _rendered(wider, select(body)))
        if len(wider.text) > len(page.text):
            page = wider
            page.notes = [*notes, note]
    return page


def _rendered(page: Page, content: etree._Element) -> list[Part]:
    flatten_code(content)
    page.has_formulas = page.has_formulas or next(content.iter(FORMULA), None) is not None
    parts: list[Part] = fold(content, page.render)
    return parts


def _write(page: Page, parts: Sequence[Part]) -> None:
    """The text of the page, under its headline when that stands outside of what was read."""
    page.text = join_blocks(parts)
    if page.headline and page.text and not re.search(r"^# ", page.text, re.MULTILINE):
        page.text = join_blocks([*heading(1, page.run(page.headline)), Block(page.text)])


def _noted(page: Page, note: str) -> Page:
    page.notes.append(note)
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
