"""The label sets of L3 (papers.md §1.4, D18): the nine disciplines, the dimensions of the EAI taxonomy, own grades.

Every set of the EAI taxonomy has `number`, the label's value there; abstain is -1 everywhere.
"""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """A label of the EAI taxonomy, numbered by its place in its set."""

    @property
    def number(self) -> int:
        """Its value in the EAI taxonomy, -1 for abstain."""
        return numbers(type(self))[self]


def numbers(label_set: type[Label]) -> dict[Label, int]:
    """The value of each label of a set, in order: from 1, or from 0 where the first label is none."""
    labels = [label for label in label_set if label.value != "abstain"]
    first = 0 if label_set in _FROM_ZERO else 1
    return {label: -1 if label.value == "abstain" else labels.index(label) + first for label in label_set}


class Discipline(StrEnum):
    """The nine subject categories of Darwin-Science, in the order of papers.md §1.4."""

    COMPUTER_SCIENCE = "computer_science"
    ENGINEERING = "engineering"
    MATHEMATICS = "mathematics"
    PHYSICS = "physics"
    CHEMISTRY = "chemistry"
    BIOLOGY = "biology"
    MEDICINE = "medicine"
    STEM_OTHERS = "stem_others"
    HUMAN_SOCIAL = "human_social"
    ABSTAIN = "abstain"


class DocumentType(Label):
    """Document type, version 1."""

    NEWS_EDITORIAL = "news_editorial"
    ACADEMIC_RESEARCH = "academic_research"
    REFERENCE_EDUCATIONAL = "reference_educational"
    CODE = "code"
    SOCIAL_FORUM = "social_forum"
    PROMOTIONAL_ADVERTISEMENT = "promotional_advertisement"
    SEARCH_DIRECTORY_BIBLIOGRAPHY = "search_directory_bibliography"
    ADULT = "adult"
    PERSONAL_MISC = "personal_misc"
    MACHINE_GENERATED = "machine_generated"
    LEGAL = "legal"
    GOVERNMENT = "government"
    LITERARY = "literary"
    REVIEWS = "reviews"
    E_COMMERCE = "e_commerce"
    MEDIA = "media"
    OTHER = "other"
    ABSTAIN = "abstain"


class DocumentTypeV2(Label):
    """Document type, version 2."""

    ABOUT_ORGANIZATION = "about_organization"
    ABOUT_PERSON = "about_person"
    ACADEMIC_WRITING = "academic_writing"
    AUDIO_TRANSCRIPT = "audio_transcript"
    COMMENT_SECTION = "comment_section"
    CONTENT_LISTING = "content_listing"
    CREATIVE_WRITING = "creative_writing"
    DOCUMENTATION = "documentation"
    FAQ = "faq"
    KNOWLEDGE_ARTICLE = "knowledge_article"
    LEGAL_NOTICES = "legal_notices"
    LISTICLE = "listicle"
    NEWS_ORGANIZATION = "news_organization"
    NEWS_ARTICLE = "news_article"
    NONFICTION_WRITING = "nonfiction_writing"
    PERSONAL_BLOG = "personal_blog"
    PRODUCT_PAGE = "product_page"
    QUESTION_ANSWER_FORUM = "question_answer_forum"
    SPAM_ADVERTISEMENT = "spam_advertisement"
    STRUCTURED_DATA = "structured_data"
    CUSTOMER_SUPPORT = "customer_support"
    TRUNCATED = "truncated"
    TUTORIAL = "tutorial"
    USER_REVIEW = "user_review"
    OTHER = "other"
    ABSTAIN = "abstain"


class EducationLevel(Label):
    """Whom a text is written for; the light model abstains instead of calling it indeterminate."""

    GENERAL = "general"
    HIGH_SCHOOL = "high_school"
    UNDERGRADUATE = "undergraduate"
    GRADUATE = "graduate"
    INDETERMINATE = "indeterminate"
    ABSTAIN = "abstain"


class KnowledgeDomain(Label):
    """What kind of knowledge a text holds, after Bloom."""

    FACTUAL = "factual"
    CONCEPTUAL = "conceptual"
    PROCEDURAL = "procedural"
    METACOGNITIVE = "metacognitive"
    ABSTAIN = "abstain"


class CognitiveProcess(Label):
    """What a text asks a reader to do, after Bloom."""

    REMEMBER = "remember"
    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYZE = "analyze"
    EVALUATE = "evaluate"
    CREATE = "create"
    ABSTAIN = "abstain"


class ExtractionArtifacts(Label):
    """What extraction left behind; numbered from 0."""

    NONE = "none"
    LEFTOVER_HTML = "leftover_html"
    EXTRACTION_ERRORS = "extraction_errors"
    IRRELEVANT_CONTENT = "irrelevant_content"
    INDETERMINATE = "indeterminate"
    ABSTAIN = "abstain"


class MissingContent(Label):
    """What a text lacks; numbered from 0."""

    NONE = "none"
    TRUNCATED = "truncated"
    CLICK_HERE = "click_here"
    INCOHERENT = "incoherent"
    MISSING_IMAGES = "missing_images"
    MISSING_REFERENCED_DATA = "missing_referenced_data"
    INDETERMINATE = "indeterminate"
    ABSTAIN = "abstain"


class ReasoningDepth(Label):
    """How far a text reasons."""

    NONE = "none"
    MINIMAL = "minimal"
    BASIC = "basic"
    INTERMEDIATE = "intermediate"
    EXCEPTIONAL = "exceptional"
    INDETERMINATE = "indeterminate"
    ABSTAIN = "abstain"


class TechnicalCorrectness(Label):
    """How right a text is where it is technical."""

    FLAWED = "flawed"
    PARTLY_CORRECT = "partly_correct"
    MOSTLY_CORRECT = "mostly_correct"
    HIGHLY_CORRECT = "highly_correct"
    EXCEPTIONAL = "exceptional"
    NOT_APPLICABLE = "not_applicable"
    ABSTAIN = "abstain"


class EducationScore(StrEnum):
    """Educational value, 0 to 5 as FineWeb-Edu made usual; our grades are in docs/models/light-models.md."""

    NONE = "0"
    INCIDENTAL = "1"
    INFORMATIVE = "2"
    EXPLANATORY = "3"
    TEACHING = "4"
    EXEMPLARY = "5"


class Toxicity(StrEnum):
    """Whether a text insults, threatens or demeans; reports and quotations of such words are harmless."""

    HARMLESS = "harmless"
    TOXIC = "toxic"


class DocumentKind(StrEnum):
    """Book or paper decides the pipeline's later prompts (D21); web pages and the rest are named apart."""

    BOOK = "book"
    PAPER = "paper"
    WEB = "web"
    OTHER = "other"


_FROM_ZERO = (ExtractionArtifacts, MissingContent)

DIMENSIONS: dict[str, type[Label]] = {
    "knowledge_domain": KnowledgeDomain,
    "cognitive_process": CognitiveProcess,
    "document_type": DocumentType,
    "document_type_v2": DocumentTypeV2,
    "extraction_artifacts": ExtractionArtifacts,
    "missing_content": MissingContent,
    "reasoning_depth": ReasoningDepth,
    "technical_correctness": TechnicalCorrectness,
    "education_level": EducationLevel,
}
"""The nine dimensions with label sets; with the three levels of the FDC code they are the twelve."""

FDC_LEVELS = ("fdc_level_1", "fdc_level_2", "fdc_level_3")
"""Hundreds, tens and ones of a document's FDC code, as codes: 500, 530, 532."""
