"""Which part of a web page is its content (papers.md §1.2 L1: main-text extraction of HTML)."""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.xml_tree import local_name, remove

Sizes = dict[etree._Element, int]

_INVISIBLE = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "audio",
        "video",
        "map",
        "input",
        "select",
        "textarea",
        "button",
        "option",
        "datalist",
        "progress",
        "meter",
        "dialog",
    ]
)
_NAVIGATION_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_NAVIGATION_ROLES = frozenset(
    [
        "navigation",
        "banner",
        "contentinfo",
        "complementary",
        "search",
        "menu",
        "menubar",
        "toolbar",
        "tablist",
        "dialog",
        "alert",
        "alertdialog",
    ]
)
_NEVER_FURNITURE = frozenset(["formula", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "code"])
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
    r"(?<![A-Za-z])(?:nav(?:bar|box|igation|frame)?|menu|breadcrumbs?|sidebar|footer|masthead|cookies?|consent|gdpr|"
    r"advert(?:s|isement|isements)?|ads|adsense|sponsor(?:ed|s)?|promo(?:tion)?|shar(?:e|ing)|social|addthis|"
    r"newsletter|subscri(?:be|ption)|comments?|commentlist|disqus|respond|pagination|pager|prev-?next|toc|toctree|"
    r"popup|modal|overlay|printfooter|catlinks|related(?:-(?:posts|pages|articles))?|recommend(?:ed|ations)?|"
    r"search(?:box|form|bar)?|login|signup|toolbar|back-?to-?top|siteSub|metadata|ambox)(?![A-Za-z])",
    re.IGNORECASE,
)
# The few that stand within a line, where all other names belong to the content (`toc-backref` is a heading's
# text).
_INLINE_FURNITURE = re.compile(
    r"(?<![A-Za-z])(?:headerlink|header-anchor|anchorjs-link|viewcode-link|(?:mw-)?editsection|mw-jump(?:-link)?|"
    r"jump-link|skip-?(?:link|to-content)|copybtn|copy-?button|visually-?hidden|sr-only|screen-reader-text|noprint|"
    r"jump-to-nav|linenos?|linenodiv|gutter)(?![A-Za-z])",
    re.IGNORECASE,
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "label",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
    ]
)
_CONTAINERS = frozenset(["article", "center", "div", "form", "main", "section"])
# What the furniture rule may not take: a wrapper that is merely named after something it also holds.
_MAX_FURNITURE_SHARE = 0.4
# Share of the page's text that an element must hold when only its tag or id hints that it is the content.
_MIN_HINTED_SHARE = 0.25
# Share of a declared main part that its only article must hold to stand for it.
_MIN_ARTICLE_SHARE = 0.5
# Share of the prose that the walk towards the densest container may not fall below.
_MIN_DENSEST_SHARE = 0.9
_PROSE = frozenset({"p", "pre", "blockquote", "li", "td", "dd"})


def drop_invisible(root: etree._Element) -> None:
    """Remove what a reader never sees; formulas must have been marked before (some hide their source)."""
    for element in list(root.iter("*")):
        if element is not root and element.getparent() is not None and _is_invisible(element):
            remove(element)


def main_content(body: etree._Element, *, keep_furniture: bool = False) -> etree._Element:
    """The element that holds the content, with navigation and other page furniture removed from it (unless
    kept).

    First what the page itself declares (`main`, `role=main`, `article`, `articleBody`, well-known ids), then
    the container with most prose outside links, else the whole body.
    """
    sizes = _text_sizes(body)
    declared = _declared_main(body, sizes)
    root = body if declared is None else declared
    if not keep_furniture:
        _drop_furniture(root, sizes, is_whole_page=declared is None)
    return root if declared is not None else _densest(root, sizes)


def _text_sizes(root: etree._Element) -> Sizes:
    """Characters of text below each element, white space left out."""
    sizes: Sizes = {}
    for element in reversed(list(root.iter("*"))):
        inside = sum(sizes[child] + _n_visible(child.tail) for child in element.iterchildren("*"))
        sizes[element] = inside + _n_visible(element.text)
    return sizes


def _n_visible(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def _is_invisible(element: etree._Element) -> bool:
    if local_name(element) in _INVISIBLE or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true":
        return local_name(element) != "formula"
    style = element.get("style", "").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style


def _declared_main(body: etree._Element, sizes: Sizes) -> etree._Element | None:
    candidates = [
        element
        for element in body.iter("*")
        if local_name(element) == "main" or element.get("role") == "main" or element.get("itemprop") == "articleBody"
    ]
    if not candidates:
        articles = list(body.iter("article"))
        candidates = articles if len(articles) == 1 else []
        by_id = {element.get("id", ""): element for element in body.iter("*") if element.get("id")}
        candidates += [by_id[name] for name in _MAIN_IDS if name in by_id]
        candidates = [element for element in candidates if sizes[element] >= _MIN_HINTED_SHARE * sizes[body]]
    best = max(candidates, key=sizes.__getitem__, default=None)
    if best is None or not sizes[best]:
        return None
    # The content of a declared main part is often one article inside it.
    articles = [article for article in best.iter("article") if article is not best]
    is_one_article = len(articles) == 1 and sizes[articles[0]] >= _MIN_ARTICLE_SHARE * sizes[best]
    return articles[0] if is_one_article else best


def _drop_furniture(root: etree._Element, sizes: Sizes, *, is_whole_page: bool) -> None:
    limit = _MAX_FURNITURE_SHARE * sizes[root]
    for element in list(root.iter("*")):
        if element is root or local_name(element) in _NEVER_FURNITURE:
            continue
        is_declared = _is_declared_furniture(element, is_whole_page=is_whole_page)
        if not is_declared and not _is_named_furniture(element):
            continue
        if root in element.iterancestors() and (is_declared or sizes[element] <= limit):
            remove(element)


def _is_declared_furniture(element: etree._Element, *, is_whole_page: bool) -> bool:
    name = local_name(element)
    is_furniture = name in _NAVIGATION_TAGS or element.get("role") in _NAVIGATION_ROLES
    return is_furniture or (is_whole_page and name == "header")


def _is_named_furniture(element: etree._Element) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if len(names) == 1:
        return False
    is_block = local_name(element) not in _INLINE
    return bool(_INLINE_FURNITURE.search(names)) or (is_block and bool(_FURNITURE.search(names)))


def _densest(body: etree._Element, sizes: Sizes) -> etree._Element:
    """The smallest container that holds most of the prose outside links; the body when there is none."""
    prose: dict[etree._Element, int] = {}
    for element in body.iter("*"):
        if local_name(element) in _PROSE:
            n_chars = sizes[element] - sum(sizes[link] for link in element.iter("a"))
            for ancestor in [element, *element.iterancestors()]:
                prose[ancestor] = prose.get(ancestor, 0) + max(n_chars, 0)
                if ancestor is body:
                    break
    best = body
    while True:
        inner = max(best.iterchildren("*"), key=lambda child: prose.get(child, 0), default=None)
        if inner is None or local_name(inner) not in _CONTAINERS:
            return best
        if prose.get(inner, 0) < _MIN_DENSEST_SHARE * max(prose.get(body, 0), 1):
            return best
        best = inner
