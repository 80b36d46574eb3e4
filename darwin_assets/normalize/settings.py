"""Settings of L1, format normalization (papers.md §1.2 L1): every limit that a parser keeps to."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class NormalizeSettings(BaseModel):
    """One model for all parsers; a field belongs to the parser that its name or its description gives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_document_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1,
        description="Bytes of one raw document; larger ones are rejected as document.too_large. All parsers. Own limit.",
    )
    min_main_chars: int = Field(
        default=250,
        ge=0,
        description="Characters of main content below which an HTML page is taken as a whole instead. Own limit.",
    )
    keep_link_urls: bool = Field(
        default=False,
        description="HTML and CNXML: write external links as [text](url); links inside a page are always text only. "
        "L4 decides what becomes of URLs.",
    )
    latex_max_depth: int = Field(
        default=60,
        ge=10,
        le=100,
        description="Levels of nested LaTeX groups and environments in running text; deeper is rejected as "
        "latex.too_deep. Own limit: the deepest of 186 real files has 6.",
    )
    latex_max_macro_passes: int = Field(
        default=12,
        ge=1,
        description="How deep the document's own LaTeX macros may stand inside each other before they are left as "
        "they are (noted). Own limit.",
    )
    latex_max_macro_growth: int = Field(
        default=4,
        ge=1,
        description="How many times longer a LaTeX file may become by expanding its macros. Own limit.",
    )
    max_control_share: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="Share of control characters above which bytes are no text: encoding.binary. Own limit.",
    )
    pdf_max_pages: int = Field(
        default=5000, ge=1, description="Pages of one PDF; more are rejected as pdf.too_many_pages. Own limit."
    )
    pdf_min_page_chars: int = Field(
        default=16,
        ge=1,
        description="Characters below which a PDF page with an image counts as a scan without text layer. Own limit.",
    )
    pdf_max_scanned_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share of scanned pages above which a PDF is rejected as pdf.scanned. Own limit.",
    )
    pdf_max_unmapped_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Share of characters without Unicode meaning above which a PDF is rejected as pdf.bad_text_layer. "
        "Own limit: mathematical texts with TeX fonts have up to 0.002.",
    )
    pdf_min_word_share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Share of letters in runs of two or more (numbers aside) below which a PDF is rejected as "
        "pdf.bad_text_layer. Own limit: 0.72 in a text full of formulas, 0 under a font without Unicode map.",
    )
    pdf_min_ocr_word_share: float = Field(
        default=0.85,
        ge=0,
        le=1,
        description="The same for text drawn invisibly over a scan, which is OCR. Own limit: 0.78 in a chart misread.",
    )
    pdf_min_furniture_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share of pages (or of left or right pages) on which a first or last line must return to be taken "
        "for a running title or page number. Own limit.",
    )
