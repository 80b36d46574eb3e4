"""A scanned document put together from what a vision model read on its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.page_answer import PageText
from darwin_assets.normalize.parse import tidy
from darwin_assets.normalize.settings import NormalizeSettings

PARSER = "pages/1"
READABLE = frozenset({"pdf.scanned", "pdf.bad_text_layer"})
"""Why a PDF has no usable text, where its pictures may."""


def document_of(pages: Mapping[int, PageText | None], settings: NormalizeSettings, reader: str) -> Document:
    """Pages by number, None for one that no answer could be used of, as one document in page order. `reader`: the model.

    Raises Unreadable "pdf.pages_unread" where too many pages could not be read and "pdf.empty" where all are blank.
    """
    n_unread = sum(page is None for page in pages.values())
    limit = settings.page_max_unread_share
    if n_unread > limit * len(pages):
        raise Unreadable(
            "pdf.pages_unread",
            f"{n_unread} of {len(pages)} pages; look at the vision model",
            value=n_unread / len(pages),
            threshold=f"..{limit}",
        )
    read = [page for _, page in sorted(pages.items()) if page is not None]
    text = tidy("\n\n".join(page.text for page in read if page.text))
    if not text:
        raise Unreadable("pdf.empty", f"{len(pages)} pages, all blank")
    languages = Counter(page.language for page in read if page.language and page.text)
    headings = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    return Document(
        text=text,
        title=headings[0] if headings else None,
        language=languages.most_common(1)[0][0] if languages else None,
        sections=tuple(headings),
        n_formulas_in=0,
        n_formulas_out=0,
        n_tables=0,
        n_code_blocks=0,
        parser=PARSER,
        notes=(f"read {len(read)} of {len(pages)} pages by {reader}",),
    )
