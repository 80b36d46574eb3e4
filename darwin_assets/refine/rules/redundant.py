"""DEL10 to DEL12: what says nothing that the document does not say already (papers.md §1.5)."""

from __future__ import annotations

import re

from darwin_assets.refine.rules.structure import without_lines
from darwin_assets.refine.settings import RefineSettings

PARAGRAPH_BREAK = re.compile(r"(\n[ \t]*\n\s*)")


# DEL10: paragraphs that character recognition repeated go; formulas with small real differences and a refrain
# stay.
def delete_repeated_paragraphs(text: str, settings: RefineSettings) -> str:
    """The later of two identical paragraphs in a row, unless they are short enough to be a refrain."""
    pieces = PARAGRAPH_BREAK.split(text)
    kept = pieces[:1]
    for gap, paragraph in zip(pieces[1::2], pieces[2::2], strict=True):
        repeated = " ".join(paragraph.split()) == " ".join(kept[-1].split())
        if not (repeated and len(paragraph.strip()) >= settings.min_repeated_paragraph_chars):
            kept += [gap, paragraph]
    return "".join(kept)


MARKER_LINE = re.compile(
    r"\s*(?:[-–—*=\s]{0,40}[\[(<]?\s*(?:page[ -]?break|new page|section break|end of page(?: \d+)?|"
    r"content (?:missing|omitted)|"
    r"(?:text|page|pages|content) (?:is |are )?(?:missing|omitted|unavailable)|continued(?: (?:on|"
    r"from)[^\])\n]{0,40})?|"
    r"this page (?:is )?(?:intentionally )?(?:left )?blank)\s*[\])>]?[-–—*=\s]{0,40}|"
    r"<!--\s*page\s?break\s*-->|"
    r"\\(?:newpage|pagebreak|clearpage)(?:\[\d\])?(?:\{\})?)\s*",
    re.IGNORECASE,
)
CONTINUED = re.compile(
    r"[ \t]*[(\[]\s*(?:continued|cont['’]?d\.?)(?: (?:on|from) (?:the )?(?:next|previous|"
    r"following) page)?\s*[)\]]",
    re.IGNORECASE,
)


# DEL11: markers such as "page break", "content missing" and "(Continued)" go.
def delete_markers(text: str, settings: RefineSettings) -> str:
    """Lines that are a marker, "(continued)" wherever it stands, and form feeds."""
    return without_lines(CONTINUED.sub("", text.replace("\f", "\n")), MARKER_LINE)


TARGET = (
    r"<?(?:[a-z][a-z0-9+.-]*:|#|/|\.|www\.|"
    r"[\w-]+\.\w)[^()\s<>]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?>?"
)
LINK = re.compile(rf"(?<!!)\[([^\[\]\n]{{0,500}})\]\(\s*{TARGET}(?:\s+\"[^\"\n]{{0,200}}\")?\s*\)", re.IGNORECASE)
LINK_DEFINITION = re.compile(r"\s*\[(?!\^)[^\[\]\n]{1,100}\]:\s+<?(?:https?://|www\.|/)\S+.{0,120}", re.IGNORECASE)
ADDRESS = r"(?:https?://|ftp://|www\.)[^\s<>\"'`\])}\ufdd0-\ufdd4]*[^\s<>\"'`\])}\ufdd0-\ufdd4.,;:!?]"
LEAD_IN = r"(?:(?:is |are )?(?:available|accessible|online|found) )?\b(?:at|from|via|see|visit|under)\b:?\s+"
ENCLOSED = re.compile(
    rf"[ \t]*(?:\(\s*(?:{LEAD_IN})?{ADDRESS}\s*\)|<{ADDRESS}>|\[\s*{ADDRESS}\s*\](?!\())", re.IGNORECASE
)
LABELLED = re.compile(rf"\s*(?:[-*+]\s+)?(?:[\w ]{{1,30}}:\s*)?<?{ADDRESS}>?[.,;]?\s*", re.IGNORECASE)
AT_SENTENCE_END = re.compile(
    rf"(?:(?<=[.!?])[ \t]+|[ \t]+(?i:{LEAD_IN}))(?i:{ADDRESS})(?=[.,;]?(?:[ \t]*$|[ \t]+[A-Z]))", re.MULTILINE
)


# DEL12: addresses and links go; the words that a link stands on stay.
def unwrap_links(text: str, settings: RefineSettings) -> str:
    """Links replaced by their words; addresses in brackets, on lines of their own and at sentence ends
    removed.

    An address that a sentence needs to be one ("we fetched https://... twice") stays: what to do with it is a
    judgement.
    """
    text = LINK.sub(r"\1", text)
    text = without_lines(without_lines(text, LINK_DEFINITION), LABELLED)
    return AT_SENTENCE_END.sub("", ENCLOSED.sub("", text))
