"""The letter that a model chose, over many ways to say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.evaluation.scoring.choice import LETTERS, extract_choice

OPTIONS = ("a metal", "iron", "good conductor", "none of the above")

PHRASINGS = [
    # label patterns of §3.7, one by one
    ("The answer is B.", "B"),
    ("The correct answer is (C).", "C"),
    ("The best option is therefore C.", "C"),
    ("The correct choice is [B].", "B"),
    ("The final result is *D*", "D"),
    ("The answer to the question is C", "C"),
    ("Answer: C", "C"),
    ("Answer: (d)", "D"),
    ("**Answer: B**", "B"),
    ("Answer: **B**", "B"),
    ("Answer: $B$", "B"),
    ("Option: D", "D"),
    ("Choice: A", "A"),
    ("Result: D", "D"),
    ("answer should be c.", "C"),
    ("the answer must be (a) a metal", "A"),
    ("The answer is probably D", "D"),
    ("B is correct.", "B"),
    ("so (c) seems correct", "C"),
    ("A is the right answer", "A"),
    ("Option B is the correct option", "B"),
    ("answer is b", "B"),
    (r"\boxed{C}", "C"),
    (r"$\boxed{\text{B}}$", "B"),
    (r"the answer is \mathbf{D}", "D"),
    (r"Therefore, \(\boxed{\mathrm{A}}\)", "A"),
    # wrappers and what follows
    ("The answer is B, of course", "B"),
    ("The answer is C, since iron is one", "C"),
    ("The answer is D: none of the above", "D"),
    ("The correct answer is option B", "B"),
    ("The correct answer is: (C) good conductor", "C"),
    ("The answer is A because it is", "A"),
    ("Answer: A.", "A"),
    ("The answer is B and not C", "B"),
    # our own: the text ends in a choice
    ("Therefore, option C", "C"),
    ("I would go with (B).", "B"),
    ("I pick D.", "D"),
    ("so it is a", None),
    ("I choose a metal", None),
    # a letter alone
    ("B", "B"),
    (" D", "D"),
    ("(B)", "B"),
    ("B. iron", "B"),
    ("I thought about it.\nB\n", "B"),
    # the last of several statements, the last line before the rest
    ("The answer is A. No: the answer is B.", "B"),
    ("The answer is A.\nAnswer: C", "C"),
    ("The answer is C.\nI hope that helps.", "C"),
    # content
    ("The answer is iron, of course", "B"),
    ("iron is what I would choose", "B"),
    ("The answer is none of the above", "D"),
    ("Answer good conductor", "C"),
    # adversarial: defect 2, a word or a variable is no label
    ("the answer is a metal", "A"),
    ("the answer is a gas", None),
    ("The answer is a bit unclear", None),
    ("The answer is A good conductor.", "C"),
    ("Answer: A balanced tree", None),
    ("I think it is unclear", None),
    ("This is correct", None),
    ("The answer is I", None),
    # several, denied, or out of range
    ("The answer is A or B", None),
    ("The answer is A, B and C", None),
    ("Neither A nor B is correct", None),
    ("The answer is not A", None),
    ("B is incorrect", None),
    ("Answer: E", None),
    # thoughts before, invented problems behind
    ("<think>The answer is A?</think>The answer is B", "B"),
    ("A\n\nQuestion: next?\nAnswer: C", "A"),
    ("", None),
    ("   \n ", None),
]


@pytest.mark.parametrize(("output", "letter"), PHRASINGS)
def test_a_phrasing(output: str, letter: str | None) -> None:
    assert extract_choice(output, OPTIONS) == letter


def test_there_are_enough_phrasings() -> None:
    assert len(PHRASINGS) >= 40


def test_a_record_without_options_is_read_by_its_letters_alone() -> None:
    """Defect 3 of §3.7: it ended the run."""
    assert extract_choice("The answer is C", ()) == "C"
    assert extract_choice("The answer is iron", ()) is None


def test_letters_go_as_far_as_the_options() -> None:
    ten = tuple(f"option {n}" for n in range(10))
    assert extract_choice("Answer: J", ten) == "J"
    assert extract_choice("Answer: C", ("yes", "no")) is None


CITIES = ("Paris", "London", "Rome", "Berlin")


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        (
            "The correct answer is (A) Paris.\n\nB) London is a city.\nC) So is Rome.\nD) Berlin is the capital of Germany.",
            "A",
        ),
        ("Answer: A\n\nExplanation:\n- Paris is in France.\n- London is the capital of the UK.", "A"),
        ("Answer: B\nNote that A is the most common mistake.", "B"),
        ("The answer is London.\n\nParis is the capital of France.", "B"),
        ("So \\boxed{C}.\n\nBerlin is another city.", "C"),
        # what a last line settles counts before what was announced above it
        ("The answer is A.\n\nSo I choose B.", "B"),
        ("The answer is A.\n\n(B)", "B"),
        ("The answer is Paris.\nThe answer is London.", "B"),
        # what is only supposed was not announced
        ("If the answer is A, the map is wrong.\nSo B is correct.", "B"),
        ("We ask whether the right answer is A.\nLondon it is.", "B"),
    ],
)
def test_a_last_line_that_explains_an_answer_does_not_change_it(output: str, letter: str) -> None:
    assert extract_choice(output, CITIES) == letter


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        ("The answer is -4.", "B"),
        ("The answer is $-4$", "B"),
        ("The answer is 4.", "A"),
        ("- 4", "A"),
        ("Answer: (3,4)", "C"),
        ("The answer is 4.5.", None),
        ("The answer is 4%.", None),
        ("The answer is 4/5.", None),
        ("The answer is 4,000.", None),
        ("4 + 4 = 9", None),
        ("Answer: D\n\n4 + 4 = 8", "D"),
    ],
)
def test_a_number_that_only_begins_like_an_option_is_none(output: str, letter: str | None) -> None:
    assert extract_choice(output, ("4", "-4", "(3,4)", "8")) == letter


def test_the_longest_of_options_that_begin_alike_and_none_of_two_equal_ones() -> None:
    assert extract_choice("The answer is carbon dioxide", ("carbon", "carbon dioxide")) == "B"
    assert extract_choice("The answer is carbonate", ("carbon", "iron")) is None
    assert extract_choice("The answer is iron", ("iron", "iron")) is None


def test_yes_no_and_maybe_are_options_like_others() -> None:
    options = ("yes", "no", "maybe")
    assert extract_choice("The answer is yes.", options) == "A"
    assert extract_choice("No, it does not.", options) == "B"
    assert extract_choice("None of the trials shows it.", options) is None
    assert extract_choice("Answer: A\n\nNo other conclusion can be drawn.", options) == "A"


@pytest.mark.parametrize("letter", "ABCD")
def test_every_letter_in_every_frame(letter: str) -> None:
    for frame in ("The answer is {}.", "Answer: {}", "**{}** is correct", r"\boxed{{{}}}", "({})", "{}."):
        assert extract_choice(frame.format(letter), OPTIONS) == letter


@given(st.text(alphabet="ABCDabcd answer is:.,()*${}\\boxed\n", max_size=200))
def test_any_text_gives_a_letter_of_the_options_or_none(text: str) -> None:
    assert extract_choice(text, OPTIONS) in {*LETTERS[:4], None}
