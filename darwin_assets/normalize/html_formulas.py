"""Formulas of web pages, in whatever dress they come, each as one `formula` element that holds its LaTeX.

Known are MathML, its TeX annotations (MediaWiki, KaTeX), MathJax before it ran (`\\(...\\)`, `\\[...\\]`,
`$...$` where the page's configuration says so) and after (`<script type="math/tex">`, `mjx-container`), and
pictures with LaTeX as their alternative text. AsciiMath is found and counted, and left as it is. A formula that a
page shows twice, as MathML and as a picture, is counted and written once.
"""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.formula_spans import formula_spans
from darwin_assets.normalize.mathml import is_display, to_latex
from darwin_assets.normalize.tex_source import clean_tex, is_balanced
from darwin_assets.normalize.xml_tree import find_elements, find_strings, find_texts, local_name, remove, token_text

FORMULA = "formula"

_CONTAINER_CLASSES = frozenset(
    {"mwe-math-element", "katex", "katex-display", "MathJax", "MathJax_Display", "MathJax_SVG"}
)
_RENDERED_CLASSES = frozenset({"MathJax_Preview", "MathJax", "MathJax_Display", "MathJax_SVG", "MathJax_CHTML"})
_DISPLAY_CLASSES = frozenset({"katex-display", "MathJax_Display", "mwe-math-element-block", "display"})
_IMAGE_CLASSES = frozenset(
    {"math", "tex", "latex", "mwe-math-fallback-image-inline", "mwe-math-fallback-image-display"}
)
_MATH_CLASSES = frozenset({"math", "math-container", "tex", "tex2jax_process", "mathjax_process", "arithmatex"})
_RAW_TEXT = frozenset({"script", "style", "pre", "code", "tt", "kbd", "samp", "textarea", "option", FORMULA})
_DOLLAR_CONFIGURED = re.compile(r"""inlineMath.{0,200}\[\s*['"]\$['"]\s*,\s*['"]\$['"]|left:\s*['"]\$['"]""", re.DOTALL)
_ASCII_CONFIGURED = re.compile(r"asciimath|[?=/\[\"']AM_(?:CHTML|HTMLorMML|SVG)|input/asciimath", re.IGNORECASE)
_BACKTICKED = re.compile(r"`([^`\n]{1,300})`")

_backticked_texts = find_texts("//text()[contains(., '`')]")
_math_elements = find_elements("//*[local-name() = 'math' or contains(name(), ':math')]")
_named_as_math = find_elements("//*[contains(@class, 'math') or contains(@class, 'tex')]")  # all of _MATH_CLASSES
_class_names = find_strings("//@class")
_marked_texts = find_texts(r"//text()[contains(., '\') or contains(., '$')]")


def mark_formulas(root: etree._Element) -> None:
    """Replace every formula below `root` by `<formula latex="..." display="block">`, in place."""
    _mark_scripts(root)
    _mark_mathml(root)
    _mark_images(root)
    _mark_delimited_text(root)


def _formula(latex: str | None, *, display: bool, fallback: str = "") -> etree._Element:
    """`latex` is absent where conversion failed; the fallback text is shown then."""
    element = etree.Element(FORMULA)
    if latex:
        element.set("latex", latex)
    else:
        element.text = " ".join(fallback.split())
    if display:
        element.set("display", "block")
    return element


def _tex_formula(tex: str, *, display: bool) -> etree._Element:
    cleaned = clean_tex(tex)
    return _formula(cleaned if is_balanced(cleaned) else None, display=display, fallback=tex)


def _ascii_formula(source: str) -> etree._Element:
    """AsciiMath is readable as it stands; its backticks keep it apart from the words around it."""
    element = _formula(None, display=False, fallback=f"`{source.strip()}`")
    element.set("kind", "asciimath")
    return element


def _replace(old: etree._Element, new: etree._Element) -> None:
    parent = old.getparent()
    if parent is not None:
        new.tail, old.tail = old.tail, None
        parent.replace(old, new)


def _classes(element: etree._Element) -> frozenset[str]:
    return frozenset(element.get("class", "").split())


def _mark_scripts(root: etree._Element) -> None:
    """MathJax 2 leaves the source in a script and what it rendered beside it."""
    scripts = [script for script in root.iter("script") if script.get("type", "").lower().startswith("math/")]
    if not scripts:
        return
    for element in list(root.iter("span", "div")):
        if _classes(element) & _RENDERED_CLASSES and element.getparent() is not None:
            remove(element)
    for script in scripts:
        kind = script.get("type", "").lower()
        display = "mode=display" in kind.replace(" ", "")
        if kind.startswith("math/tex"):
            _replace(script, _tex_formula(script.text or "", display=display))
        elif kind.startswith("math/mml"):
            _replace(script, _mathml_formula(script.text or "", display=display))
        elif kind.startswith("math/asciimath"):
            _replace(script, _ascii_formula(script.text or ""))


def _mathml_formula(source: str, *, display: bool) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        math = etree.fromstring(source.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        math = None
    return _formula(to_latex(math) if math is not None else None, display=display)


def _mark_mathml(root: etree._Element) -> None:
    for math in _math_elements(root):
        container, display = math, is_display(math)
        for ancestor in math.iterancestors():
            if not (_classes(ancestor) & _CONTAINER_CLASSES or local_name(ancestor) == "mjx-container"):
                continue
            container = ancestor
            display = display or bool(_classes(ancestor) & _DISPLAY_CLASSES) or ancestor.get("display") == "true"
        if container is root or container.getroottree().getroot() is not root.getroottree().getroot():
            continue
        _replace(container, _formula(to_latex(math), display=display, fallback=token_text(math)))


def _mark_images(root: etree._Element) -> None:
    for image in list(root.iter("img")):
        alternative = image.get("alt", "").strip()
        classes = _classes(image)
        if alternative and (classes & _IMAGE_CLASSES or _is_tex_picture(image.get("src", ""), alternative)):
            display = any(name.endswith("-display") for name in classes) or alternative.startswith((r"\[", "$$"))
            _replace(image, _tex_formula(alternative, display=display))


def _is_tex_picture(source: str, alternative: str) -> bool:
    is_tex = bool(re.search(r"\\[A-Za-z]{2,}|[_^]\{|^\$.+\$$", alternative))
    return is_tex and bool(re.search(r"latex|tex|math|equation|codecogs", source, re.IGNORECASE))


def _mark_delimited_text(root: etree._Element) -> None:
    page = "\n".join((script.get("src", "") + " " + (script.text or "")) for script in root.iter("script"))
    is_active = bool(re.search(r"mathjax|katex|jsmath", page, re.IGNORECASE))
    has_dollars = bool(_DOLLAR_CONFIGURED.search(page))
    if _ASCII_CONFIGURED.search(page):
        _mark_backticks(root)
    for element in _elements_with_marks(root, is_active=is_active):
        is_math = bool(_classes(element) & _MATH_CLASSES)
        if not (is_active or is_math) or _is_raw_text(element):
            continue
        _mark_text_of(element, is_math or has_dollars)
        if is_math and is_active and not len(element) and _looks_like_tex(element.text or ""):
            tex, element.text = element.text or "", ""
            element.append(_tex_formula(tex, display=local_name(element) == "div"))


def _mark_backticks(root: etree._Element) -> None:
    for text in _backticked_texts(root):
        element, holder = text.getparent(), _holder(text)
        if element is None or holder is None or _is_raw_text(holder):
            continue
        first, *rest = _BACKTICKED.split(str(text))
        formulas = [_ascii_formula(source) for source in rest[::2]]
        for formula, after in zip(formulas, rest[1::2], strict=True):
            formula.tail = after
        at = holder.index(element) + 1 if text.is_tail else 0
        if text.is_tail:
            element.tail = first
        else:
            element.text = first
        holder[at:at] = formulas


def _elements_with_marks(root: etree._Element, *, is_active: bool) -> list[etree._Element]:
    """Elements whose own text may hold TeX: all of them on a page that runs MathJax, else the named ones."""
    is_named = any(not _MATH_CLASSES.isdisjoint(name.split()) for name in set(_class_names(root)))
    found: dict[etree._Element, None] = dict.fromkeys(_named_as_math(root) if is_named else [])
    if is_active:
        for text in _marked_texts(root):
            if (holder := _holder(text)) is not None:
                found[holder] = None
    return list(found)


def _holder(text: etree._ElementUnicodeResult) -> etree._Element | None:
    """The element that a text stands in, be it before or after the element's children."""
    element = text.getparent()
    return element.getparent() if element is not None and text.is_tail else element


def _looks_like_tex(text: str) -> bool:
    return bool(text.strip()) and bool(re.search(r"\\[A-Za-z]+|[_^=]", text)) and len(text) < 2000


def _is_raw_text(element: etree._Element) -> bool:
    return any(local_name(node) in _RAW_TEXT for node in (element, *element.iterancestors()))


def _mark_text_of(element: etree._Element, dollars: bool) -> None:
    """Cut the text of an element and the tails of its children at each formula."""
    for child in list(element):
        if child.tail and ("\\" in child.tail or "$" in child.tail):
            rest, formulas = _cut(child.tail, dollars)
            child.tail = rest
            for offset, formula in enumerate(formulas):
                element.insert(element.index(child) + 1 + offset, formula)
    if element.text and ("\\" in element.text or "$" in element.text):
        rest, formulas = _cut(element.text, dollars)
        element.text = rest
        for offset, formula in enumerate(formulas):
            element.insert(offset, formula)


def _cut(text: str, dollars: bool) -> tuple[str, list[etree._Element]]:
    """Text before the first formula, and each formula with the text after it as its tail."""
    spans = formula_spans(text, dollars=dollars)
    if not spans:
        return text, []
    ends = [found.start for found in spans[1:]] + [len(text)]
    formulas = [_tex_formula(found.tex, display=found.is_display) for found in spans]
    for formula, found, end in zip(formulas, spans, ends, strict=True):
        formula.tail = text[found.end : end]
    return text[: spans[0].start], formulas
