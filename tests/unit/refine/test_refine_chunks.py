"""D23: chunks join back to the document, keep the size and respect blocks."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.refine.chunks import chunks, split
from darwin_assets.refine.settings import RefineSettings
from darwin_assets.refine.tasks import plan

MARKDOWN = st.lists(
    st.sampled_from(["word ", "a sentence. ", "\n", "\n\n", "```\n", "$$", "| a | b |\n", "| --- | --- |\n", "# H\n\n"])
    | st.text(max_size=30),
    max_size=60,
).map("".join)


@given(MARKDOWN, st.integers(16, 200))
@settings(max_examples=100, deadline=None)
def test_chunks_join_back_to_any_text_and_keep_the_size(text: str, size: int) -> None:
    pieces = split(text, size)
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= size for piece in pieces)


def test_sentences_without_spaces_between_them_stay_whole() -> None:
    text = "热导率描述材料传递热量的能力。「在金属中，热量主要由自由电子传递。」" * 60
    assert all(piece.endswith(("。", "。」")) for piece in split(text))


def test_a_document_is_cut_between_paragraphs() -> None:
    text = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(20))
    assert all(piece.startswith("Paragraph") for piece in split(text))


def test_a_sentence_end_is_preferred_to_a_space() -> None:
    text = "A sentence of some words ends here. " * 60
    assert all(piece.rstrip().endswith("here.") for piece in split(text))


@pytest.mark.parametrize(
    "block",
    [
        "```python\n" + "x = 1\n" * 100 + "```",
        "| a | b |\n| --- | --- |\n" + "| 1 | 2 |\n" * 60,
        "$$\n" + "a + b + " * 80 + "c\n$$",
        "\\begin{align}\n" + "a &= b \\\\\n" * 60 + "\\end{align}",
        "<table>" + "<tr><td>1</td></tr>" * 30 + "</table>",
    ],
)
def test_a_block_that_fits_is_never_cut(block: str) -> None:
    text = "word " * 150 + "\n\n" + block + "\n\n" + "word " * 150
    assert sum(block.strip() in piece for piece in split(text)) == 1


def test_a_block_that_exceeds_the_size_is_cut_into_chunks_of_its_own() -> None:
    code = "```\n" + "value = compute()\n" * 200 + "```"
    pieces = chunks(f"Before it.\n\n{code}\n\nAfter it.")
    assert [piece.protected for piece in pieces] == [None, *["code"] * (len(pieces) - 2), None]


def test_a_heading_stays_with_its_text() -> None:
    text = "word " * 190 + "\n\n## Heading\n\n" + "word " * 100
    assert not any(piece.rstrip().endswith("## Heading") for piece in split(text))


def test_tasks_leave_white_space_and_protected_chunks_to_the_joint() -> None:
    code = "```\n" + "value = compute()\n" * 200 + "```"
    rows = pl.DataFrame({"id": ["a", "b", "c"], "text": [f"  First.\n\n{code}\n\nLast.  ", None, " \n\n "]})
    tasks = plan(rows, RefineSettings())
    assert [(task.row_id, task.text) for task in tasks] == [("a", "First."), ("a", "Last.")]
    assert all(rows["text"][0][task.start_char :].startswith(task.text) for task in tasks)
    assert [task.key for task in tasks] == [f"a:{task.index}" for task in tasks]
