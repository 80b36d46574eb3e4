"""Rules that a recipe gives for the pages of one site (papers.md §4.4, U05): XPaths for what to drop and what to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import etree

from darwin_assets.normalize.xml_tree import find_strings, remove, token_text

if TYPE_CHECKING:
    from darwin_assets.normalize.settings import NormalizeSettings, SiteRule

_addresses = find_strings("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content | //base/@href")


def site_rule(root: etree._Element, settings: NormalizeSettings) -> tuple[str, SiteRule] | None:
    """The rule for the host that the page names as its own (canonical link, og:url, base), or for a domain above it."""
    if not settings.html_site_rules:
        return None
    for address in _addresses(root):
        host = _host(str(address))
        labels = host.split(".")
        for start in range(len(labels) - 1):
            domain = ".".join(labels[start:])
            if rule := settings.html_site_rules.get(domain):
                return domain, rule
    return None


def _host(address: str) -> str:
    try:
        return (urlsplit(address.strip()).hostname or "").lower()
    except ValueError:
        return ""


def site_content(body: etree._Element, rule: SiteRule) -> etree._Element | None:
    """What `content` finds, put together in one element, after `clean` is gone; None when it finds nothing."""
    for path in rule.clean:
        for element in _elements(body, path):
            if element is not body and element.getparent() is not None:
                remove(element)
    if rule.content is None:
        return None
    found = _elements(body, rule.content)
    if len(found) < 2:
        return found[0] if found else None
    whole = etree.Element("div")
    chosen = set(found)
    for element in found:
        if not any(ancestor in chosen for ancestor in element.iterancestors()):
            element.tail = None
            whole.append(element)
    return whole


def site_title(root: etree._Element, rule: SiteRule) -> str | None:
    if rule.title is None:
        return None
    found: Any = root.xpath(rule.title)
    first = (found[0] if found else "") if isinstance(found, list) else found
    text = token_text(first) if isinstance(first, etree._Element) else str(first)
    return " ".join(text.split()) or None


def _elements(body: etree._Element, path: str) -> list[etree._Element]:
    found: Any = body.xpath(path)
    return [element for element in found if isinstance(element, etree._Element)] if isinstance(found, list) else []
