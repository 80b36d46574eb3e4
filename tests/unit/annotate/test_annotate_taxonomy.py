import pytest

from checks.suites import load_suite
from darwin_assets.annotate.disciplines import detail_of_code, discipline_of_code
from darwin_assets.annotate.taxonomy import DIMENSIONS, Discipline, DocumentKind, DocumentType, numbers

# papers.md §1.4, written out a second time: the sub-ranges that each category is given there.
TABLE: dict[Discipline, list[tuple[int, int]]] = {
    Discipline.COMPUTER_SCIENCE: [(0, 9)],
    Discipline.ENGINEERING: [
        (355, 359),
        (600, 609),
        (620, 629),
        (630, 639),
        (660, 669),
        (670, 689),
        (690, 699),
    ],
    Discipline.MATHEMATICS: [(500, 519)],
    Discipline.PHYSICS: [(530, 539)],
    Discipline.CHEMISTRY: [(540, 549)],
    Discipline.BIOLOGY: [(570, 579)],
    Discipline.MEDICINE: [(610, 619)],
    Discipline.STEM_OTHERS: [(520, 529), (550, 559), (560, 569), (580, 589), (590, 599), (910, 919)],
    Discipline.HUMAN_SOCIAL: [
        (10, 99),
        (100, 199),
        (200, 299),
        (300, 354),
        (360, 399),
        (400, 499),
        (640, 659),
        (700, 799),
        (800, 899),
        (900, 909),
        (920, 999),
    ],
}


def test_every_code_maps_to_exactly_one_discipline() -> None:
    by_table: dict[int, list[Discipline]] = {code: [] for code in range(1000)}
    for discipline, ranges in TABLE.items():
        for first, last in ranges:
            for code in range(first, last + 1):
                by_table[code].append(discipline)

    assert all(len(disciplines) == 1 for disciplines in by_table.values())
    assert {code: [discipline_of_code(code)] for code in range(1000)} == by_table


def test_610_is_medicine_though_two_ranges_of_the_paper_hold_it() -> None:
    assert discipline_of_code(610) is Discipline.MEDICINE


@pytest.mark.parametrize("code", [-1, 1000])
def test_a_code_outside_the_classification_is_an_error(code: int) -> None:
    for mapped in (discipline_of_code, detail_of_code):
        with pytest.raises(ValueError, match="between 000 and 999"):
            mapped(code)


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (0, "computer_science"), (139, "psychology"), (140, "philosophy"), (159, "psychology"), (319, "sociology"),
        (329, "politics"), (339, "economics"), (349, "law"), (354, "management"), (359, "military"), (379, "education"),
        (399, "sociology"), (610, "medicine"), (621, "general_engineering"), (622, "mining"), (624, "civil"),
        (626, "general_engineering"), (628, "environment"), (665, "chemical"), (699, "construction"), (729, "architecture"),
        (739, "artefacts"), (749, "design"), (779, "photography"), (789, "music"), (799, "sports"), (919, "geography"),
    ],
)  # fmt: skip
def test_sub_labels_are_those_of_the_paper(code: int, detail: str) -> None:
    assert detail_of_code(code) == detail


def test_a_sub_label_lies_in_one_discipline() -> None:
    disciplines: dict[str, set[Discipline]] = {}
    for code in range(1000):
        disciplines.setdefault(detail_of_code(code), set()).add(discipline_of_code(code))
    assert {detail: found for detail, found in disciplines.items() if len(found) > 1} == {}


def test_every_label_set_has_the_numbers_of_the_eai_taxonomy() -> None:
    sizes = {name: sorted(numbers(label_set).values()) for name, label_set in DIMENSIONS.items()}
    assert sizes == {
        "knowledge_domain": [-1, *range(1, 5)],
        "cognitive_process": [-1, *range(1, 7)],
        "document_type": [-1, *range(1, 18)],
        "document_type_v2": [-1, *range(1, 26)],
        "extraction_artifacts": [-1, *range(5)],
        "missing_content": [-1, *range(7)],
        "reasoning_depth": [-1, *range(1, 7)],
        "technical_correctness": [-1, *range(1, 7)],
        "education_level": [-1, *range(1, 6)],
    }
    assert len(set(Discipline) - {Discipline.ABSTAIN}) == 9
    assert (DocumentType.PROMOTIONAL_ADVERTISEMENT.number, DocumentType.E_COMMERCE.number) == (6, 15)
    assert (DocumentType.OTHER.number, DocumentType.ABSTAIN.number) == (17, -1)


def test_the_gate_knows_the_labels_of_every_set() -> None:
    sets = {
        one.kwargs["column"]: one.kwargs["value_set"]
        for one in load_suite("L3").rows
        if one.type == "ExpectColumnValuesToBeInSet" and one.kwargs["column"] != "level"
    }
    own = {"discipline": Discipline, "document_kind": DocumentKind}
    kept = ("document_type", "document_type_v2", "education_level", "extraction_artifacts", "missing_content")
    expected = own | {name: DIMENSIONS[name] for name in kept}
    assert sets == {name: [label.value for label in labels] for name, labels in expected.items()}
