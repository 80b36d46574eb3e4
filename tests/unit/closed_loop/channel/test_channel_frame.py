"""How an item was asked, without the item; and the options that a prompt lists."""

import pytest

from darwin_assets.closed_loop.channel.frame import frames
from darwin_assets.closed_loop.channel.options import letter, options

COT = "Q: 1 + 1 is\nA: Let's think step by step. One and one are two.\n\nQ: {}\nA: Let's think step by step."
DIRECT = "Q: 1 + 1 is\nA: 2\n\nQ: {}\nA:"
ITEMS = ["2 + 2 is", "3 + 5 is"]


def asked(form: str, *, system: str | None = None, known: bool = True) -> list[str | None]:
    prompts = [form.format(item) for item in ITEMS]
    return frames([system] * 2, prompts, ITEMS if known else [None, None])


def test_a_frame_is_the_same_for_every_item() -> None:
    assert len({*asked(COT)}) == 1
    assert len({*asked(COT, known=False)}) == 1


@pytest.mark.parametrize("known", [True, False])
def test_other_examples_and_other_instructions_are_another_frame(*, known: bool) -> None:
    assert asked(COT, known=known)[0] != asked(DIRECT, known=known)[0]
    assert asked(COT, system="Be brief.", known=known)[0] != asked(COT, known=known)[0]


def test_a_chat_template_is_no_other_way_of_asking() -> None:
    im = "<|im_start|>user\n" + DIRECT + "<|im_end|>\n<|im_start|>assistant\n"
    turn = "<bos><start_of_turn>user\n" + DIRECT + "<end_of_turn>\n<start_of_turn>model\n"
    header = "<|start_header_id|>user<|end_header_id|>\n\n" + DIRECT + "<|eot_id|>"
    assert asked(im) == asked(turn) == asked(header) == asked(DIRECT)


def test_a_single_prompt_without_its_question_has_no_frame() -> None:
    assert frames([None], ["Q: 2 + 2 is\nA:"], [None]) == [None]


def test_options_are_the_last_list_of_a_prompt() -> None:
    prompt = "Q: a?\nOptions:\n(A) one\n(B) two\nA: (B)\n\nQ: b?\nOptions:\n(A) three\n(B) four\n(C) five\nA:"
    assert options(prompt) == ("three", "four", "five")
    assert options("A. one\nB. two\nD. four") == ("one", "two")
    assert options("A. one\nC. two\nC. three") == ()
    assert options("A. Smith\n" + "B. Jones\n" * 40) == ("Smith", "Jones")
    assert options("Adam had 3 apples.\nA. is a letter") == ()


@pytest.mark.parametrize(
    ("answer", "expected"), [("(B)", "B"), ("B", "B"), ("B.", "B"), ("two", "B"), ("D", None), ("three", None), (None, None)]
)  # fmt: skip
def test_an_answer_names_or_quotes_an_option(answer: str | None, expected: str | None) -> None:
    assert letter(answer, ("one", "two", "four")) == expected
