"""Elements of CNXML that stand within a line, and code and quotes, which may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from darwin_assets.normalize.markdown_writer import (
    Block,
    Part,
    code_block,
    emphasized,
    inline_code,
    inline_text,
    lowered,
    one_line,
    quote_block,
    raised,
)
from darwin_assets.normalize.mathml import MATHML
from darwin_assets.normalize.xml_tree import token_text

if TYPE_CHECKING:
    from darwin_assets.normalize.cnxml_elements import Module

Results = list[list[Part]]


def code(module: Module, element: etree._Element, results: Results) -> list[Part]:
    if next(element.iter(f"{{{MATHML}}}math"), None) is not None:
        # A formula says in position what code cannot: it stays one, between pieces of code.
        return [part if isinstance(part, Block) or part.startswith("$") else _spaced_code(part)
                for part in module.flow(element, results)]  # fmt: skip
    code = token_text(element)
    is_block = element.get("display", "inline") == "block" or "\n" in code.strip()
    if not is_block:
        return [inline_code(code)]
    module.counts["code_blocks"] += 1
    return code_block(code, element.get("lang", ""))


def _spaced_code(text: str) -> str:
    """Code within a line, the spaces at its ends kept outside."""
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{inline_code(text)}{trail}" if text.strip() else text


def emphasis(module: Module, element: etree._Element, results: Results) -> list[Part]:
    marks = {"bold": "**", "italics": "*", "italic": "*"}
    parts = module.flow(element, results)
    mark = marks.get(element.get("effect", "bold"))
    return emphasized(parts, mark) if mark else parts


def term(module: Module, element: etree._Element, results: Results) -> list[Part]:
    parts = module.flow(element, results)
    return parts if "no-emphasis" in element.get("class", "") else emphasized(parts, "**")


def link(module: Module, element: etree._Element, results: Results) -> list[Part]:
    parts = module.flow(element, results)
    text = one_line(parts)
    url = element.get("url", "")
    if url:
        is_linked = module.settings.keep_link_urls and url.startswith(("http://", "https://"))
        return [f"[{text or url}]({url})"] if is_linked else [text]
    target = "#".join(part for part in (element.get("document"), element.get("target-id")) if part)
    return parts if text else [f"[{target}]" if target else ""]


def footnote(module: Module, element: etree._Element, results: Results) -> list[Part]:
    text = one_line(module.flow(element, results))
    return [f"^[{text}]" if text else ""]


def sub(module: Module, element: etree._Element, results: Results) -> list[Part]:
    return [lowered(one_line(module.flow(element, results)))]


def sup(module: Module, element: etree._Element, results: Results) -> list[Part]:
    return [raised(one_line(module.flow(element, results)))]


def quote(module: Module, element: etree._Element, results: Results) -> list[Part]:
    parts = module.flow(element, results)
    if element.get("display") == "inline":
        return ['"', *parts, '"'] if inline_text(parts) is not None else parts
    return quote_block(parts)
