"""Labels of rows by rules: what each field says of texts whose reading is plain."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.closed_loop.affordance.cues import cues
from darwin_assets.closed_loop.affordance.forms import forms_of
from darwin_assets.closed_loop.affordance.label import label_rows
from darwin_assets.closed_loop.affordance.settings import AffordanceSettings
from darwin_assets.closed_loop.columns import AFFORDANCES
from darwin_assets.closed_loop.taxonomy import taxonomy
from darwin_assets.complete.tokens import counter

OF_TEXT = dict.fromkeys(("id", "root_id", "text", "text_sha256"), pl.String())
SETTINGS = AffordanceSettings(tokenizer="words")

EXPOSITION = (
    "# Heat\n\nHeat is energy in transfer. Bodies that are hot give it to bodies that are cold, until both have one "
    "temperature. Metals carry it well, and air carries it badly. A coat keeps a body warm for the air that it holds.\n"
)
PROOF = (
    "**Theorem.** The sum of two even numbers is even.\n\n**Proof.** Let $a = 2m$ and $b = 2n$. Then $a + b = 2m + 2n "
    "= 2(m + n)$, thus $a + b$ is even. Hence the sum of two even numbers is even. By definition no more is needed. ∎\n"
)
WORKED = (
    "**Example**\n\nA train goes 120 km in 2 h. How fast is it?\n\n**Solution**\n\nSpeed is distance by time. Therefore we "
    "have $v = 120 / 2 = 60$ km/h. Then $v = 60 \\times 1000 / 3600 = 16.7$ m/s, because an hour has 3600 s.\n"
)
EXERCISES = (
    "\n\n".join(f"**Exercise**\n\nWhat is {n} and {n}?\n\n**Solution**\n\n{2 * n}" for n in range(11, 19)) + "\n"
)
CODE = "# Sums\n\nA loop adds:\n\n```python\ntotal = 0\nfor number in numbers:\n    # one by one\n    total += number\n```\n"
TABLE = "# Masses\n\n| body | mass |\n| --- | --- |\n" + "\n".join(f"| body {n} | {n} kg |" for n in range(20)) + "\n"
DIALOGUE = (
    "Anna: Where does it hurt?\n\nBen: Here, in the knee.\n\nAnna: Since when?\n\nBen: Since the match on Sunday.\n"
)
NARRATIVE = (
    "He was born in 1838 and went to sea when he was twelve. In 1851 his ship sank, and he swam ashore. Later he married, "
    "and they had three sons, who died before him. He told them of the sea until he died in 1901.\n"
)
ARGUMENT = (
    "Critics claim that the tax hurts the poor. The claim is refuted by those who argue that it pays for schools; "
    "nevertheless the critics oppose it, and their objections ought to be heard.\n"
)
WORKED_OUT = (
    "Since both weigh the same, we have $m = 2 \\times 21 = 42$. Then the scale shows 42 kg, because it shows the sum "
    "of both, and therefore the answer is 42 kg, as we see at once from the figure."
)


def documents(*texts: str, **columns: str | None) -> pl.DataFrame:
    """Rows of L3 as `label_rows` reads them."""
    given = {"discipline": "mathematics", "extraction_artifacts": "none", "missing_content": "none", **columns}
    ids = [f"row{place}" for place in range(len(texts))]
    return pl.DataFrame({"id": ids, "root_id": ids, "text": texts, "text_sha256": ids}, schema=OF_TEXT).with_columns(
        source=pl.lit("test"), licence=pl.lit(None, pl.String), **{name: pl.lit(value) for name, value in given.items()}
    )


def labelled(text: str, **columns: str | None) -> dict[str, object]:
    return label_rows(documents(text, **columns), "L3", SETTINGS).row(0, named=True)


def pair(question: str, answer: str, kind: str = "exercise") -> dict[str, object]:
    """The labels of a question with its answer."""
    rows = documents(f"{question}\n\n{answer}").with_columns(question_chars=len(question), question_kind=pl.lit(kind))
    return label_rows(rows, "Q5", SETTINGS).row(0, named=True)


def test_a_row_is_labelled_in_the_vocabulary_of_the_taxonomy() -> None:
    rows = label_rows(documents(EXPOSITION, PROOF, WORKED, EXERCISES, CODE, TABLE), "L3", SETTINGS)
    assert rows.schema == AFFORDANCES
    data = taxonomy().data
    assert set(rows["content_world"]) <= set(data["content_world"])
    assert set(rows["discourse"]) <= set(data["discourse"])
    assert set(rows["symbols"].explode()) <= set(data["symbols"])
    assert set(rows["operations"].explode()) <= set(data["operations"])
    assert set(rows["supervision_density"]) <= {int(grade) for grade in data["supervision_density"]}
    assert set(rows["taxonomy"]) == {taxonomy().version}
    assert set(rows["tokenizer"]) == {counter(SETTINGS.tokenizer).name}


def test_cues_name_operations_of_the_taxonomy() -> None:
    assert set(cues()) == set(taxonomy().data["operations"]) - {"other"}


@pytest.mark.parametrize(
    ("text", "discourse"),
    [
        (EXPOSITION, "exposition"),
        (PROOF, "definition_theorem_proof"),
        (WORKED, "worked_example"),
        (EXERCISES, "question_answer"),
        (CODE, "commented_code"),
        (TABLE, "reference_list"),
        (DIALOGUE, "dialogue"),
        (NARRATIVE, "narrative"),
        (ARGUMENT, "argument"),
        ("", "other"),
    ],
)
def test_discourse_is_the_form_of_most_characters(text: str, discourse: str) -> None:
    assert labelled(text)["discourse"] == discourse


def test_labels_before_colons_are_no_speakers() -> None:
    notes = "Note: bring a pen.\n\nHint: look below.\n\nNote: and paper.\n\nHint: look above.\n"
    assert labelled(notes)["discourse"] == "exposition"


def test_a_list_of_sources_is_no_exposition() -> None:
    entries = "\n\n".join(
        f"Author {n}. A title that is long enough to be one. Publisher, 19{n}." for n in range(60, 80)
    )
    assert labelled(f"{EXPOSITION}\n## References\n\n{entries}\n")["discourse"] == "reference_list"


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        (EXPOSITION, ["natural_language"]),
        (PROOF, ["mathematics", "natural_language"]),
        (CODE, ["code", "natural_language"]),
        ("Burn H₂ in O₂: 2H₂ + O₂ gives 2H₂O. Dissolve Na⁺ and SO₄²⁻ in it.", ["chemistry", "natural_language"]),
        ("State *H₀* and *H₁* of the test before you look at the data at all.", ["natural_language"]),
    ],
)
def test_symbols_by_their_share_of_the_text(text: str, symbols: list[str]) -> None:
    assert labelled(text)["symbols"] == symbols


@pytest.mark.parametrize(
    ("question", "answer", "operations"),
    [
        ("How much is 2 times 75?", "$2 \\times 75 = 150$", {"arithmetic"}),
        ("Convert 3 h to minutes.", "180", {"unit_handling"}),
        ("Solve for x: $2x + 3 = 7$.", "x is 2", {"symbolic_transformation"}),
        ("In how many ways can 3 of 5 books be chosen? Find the number of ways.", "10", {"counting"}),
        ("Which of these is larger than the first?", "the third", {"comparison"}),
        ("Is it another than the first?", "None other than the first.", {"other"}),
        ("The number must be odd, must be greater than 5, and at most 8.", "7", {"constraint_tracking"}),
        ("What becomes of $1/x$ as x approaches infinity?", "nothing", {"boundary_cases"}),
        ("Is |x| even?", "Case 1: x is positive. Case 2: x is negative. In either case it is.", {"case_analysis"}),
        ("Prove the claim.", "Thus a is b, and hence b is a. It follows that both are one.", {"deduction"}),
        ("What is the next term of 2, 4, 8?", "16", {"induction"}),
        ("The tank is initially full. After 3 hours it is half full. After 6 hours?", "empty", {"state_tracking"}),
        ("Say in your own words what the law means.", "Bodies stay as they are.", {"paraphrase_matching"}),
        ("Write a program that greets.", "print it", {"program_synthesis"}),
        ("Write 4200 in scientific notation.", "4.2 thousand", {"format_conversion"}),
        ("What is the definition of a set? Define the empty one.", "A collection.", {"retrieval"}),
        ("He saw her, and she him; his dog saw her, and she told him before he himself.", "Was it hers?", {"coreference"}),
        ("He runs 3 m to her, she 4 m to him, he 5 m to her, she 6 m to him, he 7 m.", "8 m from her.", {"other"}),
        ("Draw a tree.", "A trunk and leaves.", {"other"}),
    ],
)  # fmt: skip
def test_an_operation_is_told_by_its_cues(question: str, answer: str, operations: set[str]) -> None:
    assert set(pair(question, answer)["operations"]) == operations  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        "The mass is *m* = 25 kg, and *α* = 0.05.",
        "The energy is $\\frac{1}{2}mv^{2} + \\frac{1}{2}kx^{2}$.",
        "We learn how to calculate the mass of a star.",
        "Solve $2x + 3 = 75$.",
        "![A line from 2 + 3 = 5 to 7 × 8 = 56.](a.png)",
    ],
)
def test_given_values_formulas_and_words_about_computing_are_no_arithmetic(said: str) -> None:
    assert "arithmetic" not in pair(said, "So it is.")["operations"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "said",
    [
        "Calculate the mass.",
        "What is the final speed of a car that starts at 0.5 m/s?",
        "The sum is 12 + 30 = 42.",
        "Then $F = (2.0\\,\\text{kg})(9.8\\,\\text{m/s}^{2})$.",
        "The rest is $\\frac{70}{100}(29 + 1) = 21$.",
    ],
)
def test_what_is_asked_for_or_worked_out_is_arithmetic(said: str) -> None:
    assert "arithmetic" in pair(said, "So it is.")["operations"]  # type: ignore[operator]


def shares(text: str) -> dict[tuple[str, ...], float]:
    """Share of a document by the operations of its passages."""
    return {tuple(one["operations"]): one["share"] for one in labelled(text)["passages"]}  # type: ignore[attr-defined]


def test_passages_say_how_much_of_a_document_shows_an_operation() -> None:
    """The paragraph, the formula that belongs to it, and a task with its solution, as far as their characters go."""
    plain = "Words follow one another. " * 10
    formula = "The sum is\n\n$$12 + 30 = 42$$"
    task = "**Exercise**\n\nWhich is larger than the first?\n\n**Solution**\n\n$2 \\times 75 = 150$"
    found = shares(f"{plain.strip()}\n\n{formula}\n\n{task}")
    sizes = {("other",): plain.strip(), ("arithmetic",): formula, ("arithmetic", "comparison"): task}
    total = sum(map(len, sizes.values()))
    assert found == pytest.approx({names: len(one) / total for names, one in sizes.items()})


def test_operations_of_a_document_that_meet_in_no_passage_stand_apart() -> None:
    found = shares("The sum is 12 + 30 = 42.\n\nOne is larger than the other.")
    assert set(found) == {("arithmetic",), ("comparison",)}
    assert labelled("The sum is 12 + 30 = 42.\n\nOne is larger than the other.")["operations"] == [
        "arithmetic",
        "comparison",
    ]


def test_a_question_with_its_answer_is_one_passage() -> None:
    asked = pair("Which is larger than the first?", "$2 \\times 75 = 150$")
    assert asked["passages"] == [{"operations": ["arithmetic", "comparison"], "share": 1.0}]


def test_a_long_text_needs_more_cues_than_a_short_one() -> None:
    cue = "Count the ways. "
    assert labelled(cue + "Words follow. " * 10)["operations"] == ["counting"]
    assert labelled(cue + "Words follow. " * 1000)["operations"] == ["other"]


@pytest.mark.parametrize(
    ("answer", "density"),
    [
        ("Answers will vary.", 0),
        ("", 0),
        ("42 kg", 1),
        ("42 kg, because both weigh the same.", 2),
        (WORKED_OUT, 3),
    ],
)  # fmt: skip
def test_an_answer_is_graded_by_the_steps_that_it_shows(answer: str, density: int) -> None:
    assert pair("What do two stones of 21 kg weigh?", answer)["supervision_density"] == density


def test_a_worked_out_answer_makes_a_worked_example_of_an_exercise() -> None:
    steps = "Since a is 2, we have $b = 2 + 3 = 5$. Then $c = 5 \\times 2 = 10$, " + "and so on with the others " * 5
    assert pair("What is c?", steps)["discourse"] == "worked_example"
    assert pair("What is c?", "10")["discourse"] == "question_answer"
    assert pair("Prove it.", "It is so.", "theorem")["discourse"] == "definition_theorem_proof"


@pytest.mark.parametrize(
    ("text", "columns", "density"),
    [
        (WORKED, {}, 3),
        (PROOF, {}, 3),
        (EXERCISES, {}, 2),
        (EXPOSITION, {}, 1),
        ("Too short.", {}, 0),
        (WORKED, {"extraction_artifacts": "leftover_html"}, 0),
        (WORKED, {"missing_content": "truncated"}, 0),
        (WORKED, {"extraction_artifacts": None, "missing_content": None}, 3),
    ],
)
def test_a_document_is_graded_by_its_tasks_and_steps(text: str, columns: dict[str, str | None], density: int) -> None:
    assert labelled(text, **columns)["supervision_density"] == density


def test_where_l3_abstains_the_content_world_is_other() -> None:
    assert labelled(EXPOSITION, discipline="abstain")["content_world"] == "other"
    assert labelled(EXPOSITION, discipline=None)["content_world"] == "other"


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_is_labelled_and_its_neighbours_change_nothing(texts: list[str]) -> None:
    together = label_rows(documents(*texts), "L3", SETTINGS)
    alone = [label_rows(documents(text), "L3", SETTINGS) for text in texts]
    assert together.height == len(texts)
    shares = together["passages"].list.eval(pl.element().struct.field("share")).list.sum()
    assert set(shares.round(9)) <= {0.0, 1.0}
    for place, one in enumerate(alone):
        fields = ["symbols", "discourse", "operations", "passages", "supervision_density", "tokens"]
        assert together[place].select(fields).equals(one.select(fields))


@given(st.text(max_size=500))
def test_the_forms_of_a_text_cover_no_more_than_its_characters(text: str) -> None:
    assert forms_of(text, 4000).chars.total() <= len(text)
