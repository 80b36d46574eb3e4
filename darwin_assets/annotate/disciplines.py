"""From FDC (Dewey) codes to the nine disciplines and their sub-labels (papers.md §1.4, D20)."""

from __future__ import annotations

from bisect import bisect_right

from darwin_assets.annotate.taxonomy import Discipline

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
# The same for the sub-labels that §1.4 names; where it names none, the plain name of the class.
_DETAIL_FROM_CODE: tuple[tuple[int, str], ...] = (
    (0, "computer_science"),
    (10, "information_and_general_works"),
    (100, "philosophy"),
    (130, "psychology"),
    (140, "philosophy"),
    (150, "psychology"),
    (160, "philosophy"),
    (200, "religion"),
    (300, "sociology"),
    (320, "politics"),
    (330, "economics"),
    (340, "law"),
    (350, "management"),
    (355, "military"),
    (360, "sociology"),
    (370, "education"),
    (380, "sociology"),
    (400, "language"),
    (500, "mathematics"),
    (520, "astronomy"),
    (530, "physics"),
    (540, "chemistry"),
    (550, "earth_science"),
    (560, "palaeontology"),
    (570, "biology"),
    (580, "botany"),
    (590, "zoology"),
    (600, "technology"),
    (610, "medicine"),
    (620, "general_engineering"),
    (622, "mining"),
    (623, "maritime"),
    (624, "civil"),
    (625, "railway"),
    (626, "general_engineering"),
    (627, "water"),
    (628, "environment"),
    (629, "general_engineering"),
    (630, "agriculture"),
    (640, "management"),
    (660, "chemical"),
    (670, "manufacturing"),
    (690, "construction"),
    (700, "fine_arts"),
    (710, "architecture"),
    (730, "artefacts"),
    (740, "design"),
    (750, "fine_arts"),
    (770, "photography"),
    (780, "music"),
    (790, "sports"),
    (800, "literature"),
    (900, "history"),
    (910, "geography"),
    (920, "history"),
)


def discipline_of_code(code: int) -> Discipline:
    """The category of an FDC code 0 to 999, its integer part (512 for 512.7). ValueError outside."""
    return _DISCIPLINE_FROM_CODE[_run(code, _DISCIPLINE_FROM_CODE)][1]


def detail_of_code(code: int) -> str:
    """The sub-label of an FDC code: a field inside its discipline, such as "law". ValueError outside of 000 to 999."""
    return _DETAIL_FROM_CODE[_run(code, _DETAIL_FROM_CODE)][1]


def _run(code: int, runs: tuple[tuple[int, str], ...]) -> int:
    if not 0 <= code <= 999:
        raise ValueError(f"an FDC code lies between 000 and 999, not {code}")
    return bisect_right([first for first, _ in runs], code) - 1
