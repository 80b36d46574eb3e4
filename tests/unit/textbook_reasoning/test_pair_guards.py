"""What a refined pair may change, and what it may not."""

from pathlib import Path

import pytest

from darwin_assets.normalize.cnxml import parse_cnxml
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.textbook_reasoning.asked.guards import check, result_changed
from darwin_assets.textbook_reasoning.asked.settings import AskedRefinementSettings
from darwin_assets.textbook_reasoning.extract.found import extract
from darwin_assets.textbook_reasoning.extract.settings import ExtractSettings
from darwin_assets.textbook_reasoning.pair import Pair
from darwin_assets.textbook_reasoning.reference_settings import ReferenceSettings
from darwin_assets.textbook_reasoning.support import support

EXCERPT = "In [Table 3] the spring constant of a car's shock absorbers is 20 kN/m. The car has a mass of 800 kg."
BEFORE = Pair("3. For the car of Exercise 12 and a load of 75 kg: find the compression $x$ in m.", "$x = 0.037$ m")
AFTER = Pair(
    "A load of seventy-five kilograms is put into a car of 800 kg whose shock absorbers have a spring constant of 20 kN/m. "
    "Find the compression $x$ in m.",
    "The weight of the load is balanced by the force of the springs, $m g = k x$. With $g = 9.8$ m/s$^2$ this gives "
    "$x = m g / k = 75 \\cdot 9.8 / 20000 = \\boxed{0.037\\ \\text{m}}$.",
)


def failed(after: Pair, before: Pair = BEFORE, **settings: object) -> list[str]:
    results = check(EXCERPT, before, after, AskedRefinementSettings(**settings), ReferenceSettings())  # type: ignore[arg-type]
    return [one.name for one in results if not one.passed]


def asking(question: str) -> Pair:
    return Pair(question, AFTER.answer)


def answering(answer: str) -> Pair:
    return Pair(AFTER.question, answer)


def test_a_pair_may_gain_what_the_excerpt_tells_and_every_step() -> None:
    assert failed(AFTER) == []
    assert failed(BEFORE, before=BEFORE) == ["dangling"]


@pytest.mark.parametrize(
    ("after", "guard"),
    [
        (asking(AFTER.question.replace("20 kN/m", "25 kN/m")), "new_question_numbers"),
        (asking(AFTER.question.replace("seventy-five kilograms", "some kilograms")), "lost_question_numbers"),
        (asking(f"{AFTER.question} Use the values of Table 3."), "dangling"),
        (answering(f"{AFTER.answer} See Figure 5."), "dangling"),
        (answering("0"), "kept_length"),
        (
            answering(f"{AFTER.answer} It is so and so and so it is. " + "It is so and so and so it is. " * 8),
            "repetition",
        ),
        (answering(f"{AFTER.answer} Here $x = \\frac{{1$ holds."), "latex_balance"),
        (
            answering(f"{AFTER.answer} Die Kraft der Feder hält also dem Gewicht der Ladung die Waage."),
            "foreign_sentences",
        ),
        (answering(f"{AFTER.answer} The provided excerpt gives the constant."), "source_mentions"),
        (answering(f"Here is the corrected answer. {AFTER.answer}"), "meta_commentary"),
        (answering(f"I'm sorry, I cannot see the table. {AFTER.answer}"), "refusal"),
    ],
)
def test_what_a_pair_may_not_do(after: Pair, guard: str) -> None:
    assert guard in failed(after)


def test_a_result_may_change_only_where_that_is_allowed() -> None:
    other = answering(AFTER.answer.replace("0.037", "0.37"))
    assert result_changed(BEFORE, other) is True
    assert result_changed(BEFORE, AFTER) is False
    assert result_changed(BEFORE, answering("It is compressed.")) is None
    assert failed(other) == []
    assert failed(other, may_correct=False) == ["kept_result"]


def test_an_answer_that_was_missing_may_be_of_any_length() -> None:
    assert failed(AFTER, before=Pair(BEFORE.question, "")) == []


def test_support_counts_words_and_numbers_of_the_source() -> None:
    assert support("The compression of springs is 20", "springs under compression: twenty") == 1.0
    assert support("The compression of springs is 20", "springs under pressure: 30") == pytest.approx(1 / 3)
    assert support("It is so.", "anything") == 1.0


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.parametrize("book", ["university-physics-vol1", "chemistry", "introductory-statistics"])
def test_real_pairs_pass_as_they_are_but_for_what_dangles(shared_data: Path, book: str) -> None:
    modules = sorted((shared_data / f"textbooks/openstax-{book}/modules").glob("*/index.cnxml"))[::10]
    texts = [parse_cnxml(module.read_bytes(), NormalizeSettings()).text for module in modules]
    found = (one for text in texts for one in extract(text, ExtractSettings()) if one.rejection is None)
    pairs = [Pair(one.question, one.answer or "") for one in found]
    assert len(pairs) > 100
    settings = AskedRefinementSettings(may_correct=False)
    results = [one for pair in pairs for one in check(pair.text, pair, pair, settings, ReferenceSettings())]
    assert {one.name for one in results if not one.passed} <= {"dangling"}
