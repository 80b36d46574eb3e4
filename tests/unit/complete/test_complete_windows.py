"""D33: windows join back to the document and keep the limit of the tokenizer in use."""

import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.complete.settings import CompleteSettings
from darwin_assets.complete.tasks import plan
from darwin_assets.complete.tokens import counter
from darwin_assets.complete.windows import split

CL100K = counter("bpe-openai/cl100k_base").count
TEXTS = st.lists(
    st.sampled_from(["word ", "So. ", "\n\n", "\n", "```\n", "$$", "| a |\n", "## T\n\n", "x" * 90, "<|endoftext|>"])
    | st.text(max_size=40),
    max_size=60,
).map("".join)  # fmt: skip


@given(TEXTS, st.integers(16, 120))
@settings(max_examples=80, deadline=None)
def test_windows_join_back_to_any_text_and_keep_the_limit(text: str, limit: int) -> None:
    pieces = split(text, CL100K, limit)
    assert "".join(pieces) == text
    assert all(pieces)
    assert all(CL100K(piece) <= limit for piece in pieces)


def test_sentences_without_spaces_between_them_stay_whole() -> None:
    pieces = split("热导率描述材料传递热量的能力。" * 200, CL100K, 256)
    assert len(pieces) > 1
    assert all(piece.endswith("。") for piece in pieces)


def test_windows_are_filled_with_whole_paragraphs() -> None:
    text = "\n\n".join(f"Paragraph {n} " + "word " * 100 for n in range(40))
    pieces = split(text, CL100K, 1024)
    assert all(piece.startswith("Paragraph") for piece in pieces)
    assert all(CL100K(piece) > 900 for piece in pieces[:-1])


def test_a_heading_stays_with_what_it_heads_and_a_block_whole() -> None:
    words = counter("words").count
    block = "$$\n" + "a + b\n" * 8 + "$$"
    text = "word " * 12 + "\n\n## Title\n\n" + "text " * 12 + "\n\n" + block + "\n\nEnd."
    pieces = split(text, words, 30)
    assert not any(piece.rstrip().endswith("## Title") for piece in pieces)
    assert sum(block in piece for piece in pieces) == 1


def test_counters_bear_names_and_know_each_other_apart(tmp_path: Path) -> None:
    assert counter("words").count("two words") == 2
    assert counter("bpe-openai/cl100k_base").name == "bpe-openai/cl100k_base"
    assert CL100K("hello world") == 2
    with pytest.raises(ValueError, match="is no tokenizer"):
        counter(str(tmp_path / "absent.json"))


def test_a_local_tokenizer_file_is_named_by_its_content(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    found = counter(str(tmp_path / "tokenizer.json"))
    assert found.name.startswith("tokenizer.json#")
    assert found.count("a b a") == 3


def test_very_long_texts_are_counted_in_slices() -> None:
    assert CL100K("word " * 500_000) >= 500_000


@pytest.mark.slow
def test_importing_the_stage_loads_no_tokenizer() -> None:
    import subprocess

    code = (
        "import sys; import darwin_assets.complete.assemble, darwin_assets.complete.tasks, darwin_assets.complete.rules; "
        "print([m for m in ('bpe_openai', 'tokenizers', 'dagster') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_only_kinds_in_scope_are_planned() -> None:
    rows = pl.DataFrame(
        {"id": ["a", "b", "c"], "text": ["  A paper. ", "A book.", None], "document_kind": ["paper", "book", "paper"]}
    )
    tasks = plan(rows, CompleteSettings())
    assert [(task.key, task.start_char, task.text) for task in tasks] == [("a:0", 2, "A paper.")]
    assert len(plan(rows, CompleteSettings(document_kinds=("paper", "book")))) == 2
