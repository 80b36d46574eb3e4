"""Which part of a web page is its content (papers.md §1.2 L1: main-text extraction of HTML).

Elements are looked for by XPath and measured only where a decision needs their size: most of a page is
neither content nor a question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter

from lxml import etree

from darwin_assets.normalize.xml_tree import find_elements, find_text, remove

_INVISIBLE = (
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "canvas", "audio",
    "video", "map", "input", "select", "textarea", "button", "option", "datalist", "progress", "meter", "dialog",
)  # fmt: skip
_NAVIGATION_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_NAVIGATION_ROLES = frozenset({
    "navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "toolbar", "tablist",
    "dialog", "alert", "alertdialog",
})  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# A term is named after what it defines, such as a function `search`.
_NEVER_FURNITURE = frozenset({"formula", *_HEADINGS, "pre", "code", "dt"})
_MAIN_IDS = (
    "mw-content-text",
    "main-content",
    "maincontent",
    "article-body",
    "post-content",
    "content",
    "main",
)
# Names of page furniture, as whole words of class and id.
_FURNITURE = re.compile(
    r"(?:nav(?:bar|box|igation|frame)?|menu|breadcrumbs?|sidebar|footer|masthead|cookies?|consent|gdpr|"
    r"advert(?:s|isement|isements)?|ads|adsense|sponsor(?:ed|s)?|promo(?:tion)?|shar(?:e|ing)|social|addthis|"
    r"newsletter|subscri(?:be|ption)|comments?|commentlist|disqus|respond|pagination|pager|prev-?next|toc|toctree|"
    r"popup|modal|overlay|printfooter|catlinks|related(?:-(?:posts|pages|articles))?|recommend(?:ed|ations)?|"
    r"search(?:box|form|bar)?|login|signup|toolbar|back-?to-?top|siteSub|metadata|ambox)(?![A-Za-z])",
    re.IGNORECASE,
)
# The few that stand within a line, where all other names belong to the content (`toc-backref` is a heading's
# text).
_INLINE_FURNITURE = re.compile(
    r"(?:headerlink|header-anchor|anchorjs-link|viewcode-link|(?:mw-)?editsection|mw-jump(?:-link)?|"
    r"jump-link|skip-?(?:link|to-content)|copybtn|copy-?button|visually-?hidden|sr-only|screen-reader-text|noprint|"
    r"jump-to-nav|linenos?|linenodiv|gutter)(?![A-Za-z])",
    re.IGNORECASE,
)
_WORD = re.compile("[A-Za-z]+")
# How pandoc, docutils and rmarkdown call the `div` of a section.
_SECTION_CLASS = re.compile(r"(?<!\S)(?:section|level[1-6])(?!\S)")
_INLINE = frozenset({
    "a", "abbr", "b", "cite", "code", "em", "i", "kbd", "label", "q", "s", "samp", "small", "span", "strong",
    "sub", "sup", "tt", "u", "var",
})  # fmt: skip
_CONTAINERS = frozenset({"article", "center", "div", "form", "main", "section"})
# What the furniture rule may not take: a wrapper that is merely named after something it also holds.
_MAX_FURNITURE_SHARE = 0.4
# Share of the page's text that an element must hold when only its tag or id hints that it is the content.
_MIN_HINTED_SHARE = 0.25
# Share of a declared main part that its only article must hold to stand for it.
_MIN_ARTICLE_SHARE = 0.5
# Share of the prose that the walk towards the densest container may not fall below.
_MIN_DENSEST_SHARE = 0.9
_PROSE = ("p", "pre", "blockquote", "li", "td", "dd")

_text_of = find_text("string()")
_may_be_hidden = find_elements(".//*[@hidden or @aria-hidden or @style]")
_declares_main = find_elements(".//main | .//*[@role='main' or @itemprop='articleBody']")
_has_main_id = find_elements(".//*[" + " or ".join(f"@id='{name}'" for name in _MAIN_IDS) + "]")
_may_be_furniture = find_elements(
    ".//*[@class or @id or @role or self::header"
    + "".join(f" or self::{tag}" for tag in sorted(_NAVIGATION_TAGS))
    + "]"
)


def drop_invisible(root: etree._Element) -> None:
    """Remove what a reader never sees; formulas must have been marked before (some hide their source)."""
    etree.strip_elements(root, *_INVISIBLE, with_tail=False)
    for element in _may_be_hidden(root):
        if _is_hidden(element):
            remove(element)


def main_content(body: etree._Element, *, keep_furniture: bool = False) -> etree._Element:
    """The element that holds the content, with navigation and other page furniture removed from it (unless
    kept).

    First what the page itself declares (`main`, `role=main`, `article`, `articleBody`, well-known ids), then
    the container with most prose outside links, else the whole body.
    """
    declared = _declared_main(body)
    root = body if declared is None else declared
    if not keep_furniture:
        drop_furniture(root, is_whole_page=declared is None)
    return root if declared is not None else _densest(root)


def text_size(element: etree._Element) -> int:
    """Characters of text inside an element, white space left out."""
    return len("".join(_text_of(element).split()))


def _is_hidden(element: etree._Element) -> bool:
    if element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true":
        return element.tag != "formula"
    style = element.get("style", "").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style


def _declared_main(body: etree._Element) -> etree._Element | None:
    candidates: list[etree._Element] = list(_declares_main(body))
    if not candidates:
        articles = list(body.iter("article"))
        hinted = [*(articles if len(articles) == 1 else []), *_has_main_id(body)]
        least = _MIN_HINTED_SHARE * text_size(body) if hinted else 0
        candidates = [element for element in hinted if text_size(element) >= least]
    n_chars, best = max(((text_size(element), element) for element in candidates), key=itemgetter(0), default=(0, None))
    if best is None or not n_chars:
        return None
    # The content of a declared main part is often one article inside it.
    articles = [article for article in best.iter("article") if article is not best]
    if len(articles) == 1 and text_size(articles[0]) >= _MIN_ARTICLE_SHARE * n_chars:
        return articles[0]
    return best


def drop_furniture(root: etree._Element, *, is_whole_page: bool) -> None:
    """Remove what is declared or named as page furniture, in place."""
    limit = _MAX_FURNITURE_SHARE * text_size(root)
    gone: set[etree._Element] = set()
    for element in _may_be_furniture(root):
        tag = element.tag
        if tag in _NEVER_FURNITURE:
            continue
        is_declared = tag in _NAVIGATION_TAGS or element.get("role") in _NAVIGATION_ROLES
        is_declared = is_declared or (is_whole_page and tag == "header")
        if not is_declared:
            classes = element.get("class", "")
            if not _is_furniture_name(f"{classes} {element.get('id', '')}", tag in _INLINE):
                continue
            # the name of a section tells what it is about, its class what it is
            if _is_named_by_heading(element) and not _is_furniture_name(classes, tag in _INLINE):
                continue
        if not gone.isdisjoint(element.iterancestors()):
            continue
        if is_declared or text_size(element) <= limit:
            gone.add(element)
            remove(element)


@lru_cache(maxsize=65_536)
def _is_furniture_name(names: str, is_inline: bool) -> bool:
    # Names are tried where a word begins: a search at every letter costs five times as much.
    starts = [word.start() for word in _WORD.finditer(names)]
    if any(_INLINE_FURNITURE.match(names, start) for start in starts):
        return True
    return not is_inline and any(_FURNITURE.match(names, start) for start in starts)


def _is_named_by_heading(element: etree._Element) -> bool:
    """Whether this is a section whose id is its first heading as a slug, which leaves out numbers before the words."""
    if element.tag != "section" and not _SECTION_CLASS.search(element.get("class", "")):
        return False
    slug = _letters(element.get("id", ""))
    heading = next(element.iter(*_HEADINGS), None)
    return bool(slug) and heading is not None and _letters(_text_of(heading)).endswith(slug)


def _letters(text: str) -> str:
    """What all kinds of slugs keep of a heading: its letters from a to z, without accents."""
    return re.sub("[^a-z]+", "", unicodedata.normalize("NFKD", text).lower())


def _densest(body: etree._Element) -> etree._Element:
    """The smallest container that holds most of the prose outside links; the body when there is none."""
    prose: dict[etree._Element, int] = {}
    for element, n_chars in _prose_sizes(body):
        for ancestor in (element, *element.iterancestors()):
            prose[ancestor] = prose.get(ancestor, 0) + n_chars
            if ancestor is body:
                break
    best = body
    while True:
        inner = max(best, key=lambda child: prose.get(child, 0), default=None)
        if inner is None or inner.tag not in _CONTAINERS:
            return best
        if prose.get(inner, 0) < _MIN_DENSEST_SHARE * max(prose.get(body, 0), 1):
            return best
        best = inner


def _prose_sizes(body: etree._Element) -> Iterator[tuple[etree._Element, int]]:
    for element in body.iter(*_PROSE):
        n_chars = text_size(element) - sum(text_size(link) for link in element.iter("a"))
        if n_chars > 0:
            yield element, n_chars
