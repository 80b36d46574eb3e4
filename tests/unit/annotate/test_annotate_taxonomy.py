import pytest

from darwin_assets.annotate.taxonomy import Discipline, DocumentType, discipline_of_code

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
    with pytest.raises(ValueError, match="between 000 and 999"):
        discipline_of_code(code)


def test_nine_disciplines_and_seventeen_document_types_numbered_as_in_the_eai_taxonomy() -> None:
    assert len(set(Discipline) - {Discipline.ABSTAIN}) == 9
    numbers = {document_type.number: document_type.value for document_type in DocumentType}
    assert sorted(numbers) == [-1, *range(1, 18)]
    assert numbers[6] == "promotional_advertisement"
    assert numbers[15] == "e_commerce"
    assert numbers[17] == "other"
