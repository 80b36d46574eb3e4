"""DEL7: images (papers.md §1.5).

DEL6, appendices for looking things up, is a judgement and left to a model.
"""

from __future__ import annotations

import re

from darwin_assets.refine.settings import RefineSettings

MARKDOWN_IMAGE = re.compile(
    r"!\[((?:[^\[\]\n]|\[[^\[\]\n]*\]){0,4000})\]\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,500})?\)"
)
HTML_IMAGE = re.compile(r"<img\b([^<>]{0,4000})>", re.IGNORECASE)
ALTERNATIVE = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
LATEX_IMAGE = re.compile(r"\\includegraphics\s*(?:\[[^\]\n]{0,400}\])?\{[^{}\n]{0,400}\}")
PLACEHOLDER_LINE = re.compile(
    r"^[ \t]*[\[(<]\s*(?:image|picture|photo|graphic|img)(?:\s+(?:\d+|omitted|missing|removed|"
    r"not available|here))*\s*[\])>][ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
FILE_NAME = re.compile(
    r"[\w\-./%\\ ]*\.(?:png|jpe?g|gif|svg|webp|tiff?|bmp|eps|pdf)|image|img|picture|photo", re.IGNORECASE
)


# DEL7: image tags, paths and placeholders go; captions, the alternative description and mentions of figures
# stay.
def unwrap_images(text: str, settings: RefineSettings) -> str:
    """Images replaced by their description."""
    text = MARKDOWN_IMAGE.sub(lambda match: description(match[1]), text)
    text = HTML_IMAGE.sub(html_description, text)
    return PLACEHOLDER_LINE.sub("", LATEX_IMAGE.sub("", text))


def html_description(match: re.Match[str]) -> str:
    """The alternative text of an image tag."""
    found = ALTERNATIVE.search(match[1])
    return description(found[1] or found[2] or "") if found else ""


def description(alternative: str) -> str:
    """The alternative text, unless it is only a file name."""
    return "" if FILE_NAME.fullmatch(alternative.strip()) else alternative.strip()
