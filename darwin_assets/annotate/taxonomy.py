"""The label sets of L3, and the map from FDC (Dewey) codes to nine disciplines (papers.md §1.4, D18, D20)."""

from __future__ import annotations

from enum import StrEnum


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


class DocumentType(StrEnum):
    """Document type, version 1, of the EAI taxonomy; `number` is its label value there, -1 abstains."""

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

    @property
    def number(self) -> int:
        """1 to 17 as in the EAI taxonomy, -1 for abstain."""
        return -1 if self is DocumentType.ABSTAIN else list(DocumentType).index(self) + 1


class EducationLevel(StrEnum):
    """Whom a text is written for; indeterminate (5) and -1 of the EAI taxonomy are both abstain here."""

    GENERAL = "general"
    HIGH_SCHOOL = "high_school"
    UNDERGRADUATE = "undergraduate"
    GRADUATE = "graduate"
    ABSTAIN = "abstain"


class EducationScore(StrEnum):
    """Educational value, 0 to 5 as FineWeb-Edu made usual; our grades are in docs/models/light-models.md."""

    NONE = "0"
    INCIDENTAL = "1"
    INFORMATIVE = "2"
    EXPLANATORY = "3"
    TEACHING = "4"
    EXEMPLARY = "5"


class DocumentKind(StrEnum):
    """Book or paper decides the pipeline's later prompts (D21); web pages and the rest are named apart."""

    BOOK = "book"
    PAPER = "paper"
    WEB = "web"
    OTHER = "other"


# First code of each run of equal category, closed by the next; 610 is medicine, though §1.4 lists it twice.
_DISCIPLINE_FROM_CODE: tuple[tuple[int, Discipline], ...] = (
    (0, Discipline.COMPUTER_SCIENCE),
    (10, Discipline.HUMAN_SOCIAL),
    (355, Discipline.ENGINEERING),
    (360, Discipline.HUMAN_SOCIAL),
    (500, Discipline.MATHEMATICS),
    (520, Discipline.STEM_OTHERS),
    (530, Discipline.PHYSICS),
    (540, Discipline.CHEMISTRY),
    (550, Discipline.STEM_OTHERS),
    (570, Discipline.BIOLOGY),
    (580, Discipline.STEM_OTHERS),
    (600, Discipline.ENGINEERING),
    (610, Discipline.MEDICINE),
    (620, Discipline.ENGINEERING),
    (640, Discipline.HUMAN_SOCIAL),
    (660, Discipline.ENGINEERING),
    (700, Discipline.HUMAN_SOCIAL),
    (910, Discipline.STEM_OTHERS),
    (920, Discipline.HUMAN_SOCIAL),
)


def discipline_of_code(code: int) -> Discipline:
    """The category of an FDC code 0 to 999, its integer part (512 for 512.7). ValueError outside."""
    if not 0 <= code <= 999:
        raise ValueError(f"an FDC code lies between 000 and 999, not {code}")
    return next(discipline for first, discipline in reversed(_DISCIPLINE_FROM_CODE) if first <= code)
