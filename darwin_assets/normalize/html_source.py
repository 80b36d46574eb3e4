"""A web page to one clean element tree."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from darwin_assets.normalize.document import Unreadable

# Where libxml2 stops; deeper pages are made by faulty generators.
MAX_DEPTH = 256
_FORMATTING_TAG = re.compile(
    r"<(?P<closing>/?)(?P<name>b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]{0,200}",
    re.IGNORECASE,
)
_MAX_COPIES = 3
_MAX_REOPENED = 300_000
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def parse_tree(html: str) -> etree._Element:
    """Root element, built by an HTML5 parser (lexbor) so that broken mark-up reads as browsers read it.

    The tree is handed over to lxml as text, which walks faster and knows MathML; writing it costs a tenth of
    reading it. Raises Unreadable: html.too_deep, html.empty.
    """
    from resiliparse.parse.html import HTMLTree

    _refuse_reopening(html)
    serialized = _NOT_IN_XML.sub("", str(HTMLTree.parse(html)))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(serialized.encode("utf-8", errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("html.empty", "the parser found no element") from error
    if any("LIMIT" in entry.type_name for entry in parser.error_log):
        raise Unreadable(
            "html.too_deep",
            "nesting or size of one text beyond the limit of libxml2",
            threshold=str(MAX_DEPTH),
        )
    if root is None:
        raise Unreadable("html.empty", "the parser found no element")
    return root


def _refuse_reopening(html: str) -> None:
    """HTML5 opens every unclosed formatting element again in each later block, which a few kilobytes of tag
    soup turn into gigabytes. The sum of what is open at each tag bounds that; it costs one scan for such tags.

    Of equal elements three are reopened ("Noah's Ark"); an `a` closes the one before.
    """
    if (_opening_tags(html, 0, len(html)) / 2) ** 2 <= _MAX_REOPENED:
        return
    unclosed: dict[str, list[str]] = {}
    copies: Counter[str] = Counter()
    n_reopened = n_active = position = 0
    for tag in _FORMATTING_TAG.finditer(html):
        if n_active:
            n_reopened += n_active * _opening_tags(html, position, tag.start())
        position = tag.start()
        name = tag["name"].lower()
        if not tag["closing"]:
            unclosed.setdefault(name, []).append(tag[0])
            copies[tag[0]] += 1
            n_active += copies[tag[0]] <= _MAX_COPIES
        elif opened := unclosed.get(name):
            last = opened.pop()
            n_active -= copies[last] <= _MAX_COPIES
            copies[last] -= 1
    n_reopened += n_active * _opening_tags(html, position, len(html))
    if n_reopened > _MAX_REOPENED:
        raise Unreadable(
            "html.too_deep",
            "formatting elements that are never closed, over the tags that reopen them",
            value=n_reopened,
            threshold=f"..{_MAX_REOPENED}",
        )


def _opening_tags(html: str, start: int, end: int) -> int:
    return html.count("<", start, end) - html.count("</", start, end)
