"""Where the answer to a mathematical problem stands in a text."""

import pytest

from darwin_assets.evaluation.scoring.maths import extract, own_part

OUTPUTS = [
    (r"Final Answer: The final answer is $\frac{1}{2}$. I hope it is correct.", (r"$\frac{1}{2}$",)),
    (r"First \boxed{1}, then \boxed{\frac{1}{2}}.", ("1", r"\frac{1}{2}")),
    ("The answer is 18. That was easy.", ("18",)),
    ("So the final answer is: **3.5**", ("3.5",)),
    ("**Answer:** x = 5\nThat took 3 steps.", ("x = 5",)),
    ("The answer is 3.5 apples.\nNo other.", ("3.5 apples",)),
    ("```python\nprint(7)\n```\n```output\n6\n7\n```", ("7",)),
    ("She makes 9 * 2 = $<<9*2=18>>18\nA: 18", ("18",)),
    ("It costs $1,234.50 in all", ("1,234.50",)),
    ("So it is -3/4", ("-3/4",)),
    ("that is 25%", ("25%",)),
    ("**Answer:**\n\n18", ("18",)),
    ("**Final Answer:**\n18", ("18",)),
    ("**The answer is:**\n\n18", ("18",)),
    ("The answer is:\n\n$$\n18\n$$", ("18",)),
    ("Answer:\n\nNo", ("No",)),
    ("**Answer:**\nEvelyn", ("Evelyn",)),
    ("Answer: the final answer is 18", ("18",)),
    ("The answer is **18** dollars.", ("18 dollars",)),
    ("The answer is 18, since 9 + 9 = 18.", ("18",)),
    ("The answer is 18 because 9 + 9 is.", ("18",)),
    ("The answer is about 18.", ("18",)),
    ("The answer is 18</s> The answer is 19", ("18",)),
    ("The final answer is $\\boxed{18}$ dollars.\n\nI hope this helps!", ("18",)),
    # headings of a solution announce no answer, and lines are not joined
    ("Answer:\nShe has 9 + 9 eggs.\nThat makes 18.", ("18",)),
    ("The final answer is 3.\nIt was 18 before. I hope so", ("3",)),
    # an answer too many, and a number that goes on
    ("The answer is 18 or 20, since both fit.", ("18 or 20",)),
    ("The answer is 18 million.", ("18 million",)),
    ("The answer is 18 (or 20).", ("18 (or 20)",)),
    ("The answer is 2 (9).", ("2 (9)",)),
    ("nothing to see", ()),
    ("", ()),
]


@pytest.mark.parametrize(("output", "answer"), OUTPUTS)
def test_an_answer_is_found(output: str, answer: tuple[str, ...]) -> None:
    assert extract(output) == answer


def test_what_comes_first_in_the_order_wins() -> None:
    forms = [
        "The final answer is 1. I hope it is correct.",
        r"\boxed{2}",
        "The answer is 3.",
        "```output\n4\n```",
        "and 5",
    ]
    for first in range(len(forms)):
        assert extract("\n".join(reversed(forms[first:])))[-1].strip(".") == str(first + 1)


def test_a_problem_that_the_model_invents_is_not_answered_for_it() -> None:
    assert extract("The answer is 5.\n\nProblem: What is 2 + 2?\nThe answer is 4.") == ("5",)


def test_thoughts_are_no_answer() -> None:
    assert own_part("<think>maybe 3</think>\nIt is 4") == "It is 4"


def test_a_box_that_was_cut_off_is_no_answer() -> None:
    assert extract(r"We have 12 ducks, so \boxed{\frac{1}{") == ("1",)
