"""The manifest of benchmarks and what is read by it: complete, or an error that says what to do."""

import json
from collections import Counter
from pathlib import Path

import pytest

from darwin_assets.decontamination.items import load_items, registry_digest
from darwin_assets.decontamination.registry import PUBLISHED, Registry, RegistryError, read_registry
from tests.unit.decontamination.made import WORD_PROBLEMS, write_benchmarks


def test_items_carry_question_final_answer_and_all_that_n_grams_are_taken_from(tmp_path: Path) -> None:
    items = load_items(write_benchmarks(tmp_path), tmp_path).rows(named=True)
    assert [(one["benchmark"], one["number"]) for one in items] == [*(("sums", n) for n in range(4)), ("organs", 0)]
    assert [one["answer"] for one in items] == ["1288", "20.57", "carbon dioxide", "a force against sliding", "kidney"]
    assert items[0]["sample"] == f"{WORD_PROBLEMS[0]['question']}\n{WORD_PROBLEMS[0]['answer']}"
    assert items[4]["sample"].endswith("each day?\nliver\nkidney\nspleen\nkidney")


def test_all_missing_files_are_named(tmp_path: Path) -> None:
    registry = write_benchmarks(tmp_path)
    (tmp_path / "organs.json").unlink()
    (tmp_path / "sums" / "test.jsonl").unlink()
    with pytest.raises(RegistryError, match=r"2 benchmark files are missing .*sums/test\.jsonl, organs\.json"):
        load_items(registry, tmp_path)


def test_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    registry = write_benchmarks(tmp_path)
    with (tmp_path / "organs.json").open("a") as file:
        file.write(" ")
    with pytest.raises(RegistryError, match=r"organs\.json has the SHA-256 [0-9a-f]{64}, not"):
        load_items(registry, tmp_path)


def with_file(tmp_path: Path, content: bytes, **fields: str) -> Registry:
    import hashlib

    (tmp_path / "b.dat").write_bytes(content)
    files = {"b.dat": hashlib.sha256(content).hexdigest()}
    return Registry.model_validate({"benchmark": [{"name": "b", "files": files, "question": "q", **fields}]})


@pytest.mark.parametrize(
    ("content", "fields", "says"),
    [
        (b"{", {"format": "json"}, r"b\.dat is no json"),
        (b'{"q": "x"}\n[', {"format": "jsonl"}, r"b\.dat is no jsonl"),
        (b"\xff\xfe", {"format": "csv"}, r"b\.dat is no csv in UTF-8"),
        (b'{"q": "x"}', {"format": "json"}, "holds no list at its top; set `items` of b"),
        (b'{"examples": 1}', {"format": "json", "items": "examples"}, "holds no list at examples"),
        (b'[{"q": "x"}, {"Q": "secret"}]', {"format": "json"}, r"item 1 of b\.dat has no text in the field q"),
        (b'[{"q": " "}]', {"format": "json"}, r"item 0 of b\.dat has no text"),
    ],
)
def test_what_cannot_be_read_is_an_error_without_a_word_of_it(
    tmp_path: Path, content: bytes, fields: dict[str, str], says: str
) -> None:
    with pytest.raises(RegistryError, match=says) as raised:
        load_items(with_file(tmp_path, content, **fields), tmp_path)
    assert "secret" not in str(raised.value)


def test_nested_fields_lists_and_csv(tmp_path: Path) -> None:
    nested = with_file(
        tmp_path, json.dumps([{"examples": [{"input": ["a", 2]}]}]).encode(), format="json", question="examples.0.input"
    )
    assert load_items(nested, tmp_path)["question"].to_list() == ["a\n2"]
    separated = with_file(tmp_path, '{"q": "one\u2028line"}\r\n{"q": "two\x85"}'.encode(), format="jsonl")
    assert load_items(separated, tmp_path)["question"].to_list() == ["one\u2028line", "two\x85"]
    table = with_file(tmp_path, b'q,a\n"two\nlines",7\n', format="csv", answer="a")
    assert load_items(table, tmp_path).select("question", "answer").row(0) == ("two\nlines", "7")


@pytest.mark.parametrize(
    ("options", "stated", "answer"),
    [
        (["liver", "kidney", "spleen"], "B", "kidney"),
        (["liver", "kidney", "spleen"], "kidney", "kidney"),
        (["liver", "kidney", "spleen"], 2, ""),
        (["liver", "kidney", "spleen"], "2", ""),
        ({"A": "liver", "B": "kidney", "C": "spleen"}, "B", "kidney"),
        ({"1": "liver", "2": "kidney", "3": "spleen"}, 2, "kidney"),
    ],
)
def test_options_in_a_list_or_by_name_and_an_answer_that_names_one(
    tmp_path: Path, options: object, stated: object, answer: str
) -> None:
    """A number beside a list may count from 0 or from 1, or be the answer itself."""
    content = json.dumps([{"q": "Which?", "o": options, "a": stated}]).encode()
    [item] = load_items(with_file(tmp_path, content, format="json", options="o", answer="a"), tmp_path).to_dicts()
    assert item["answer"] == answer
    assert item["sample"].split("\n")[1:4] == ["liver", "kidney", "spleen"]


def test_options_that_are_one_text_stay_one(tmp_path: Path) -> None:
    table = with_file(tmp_path, b"q,o,a\nWhich?,liver or kidney,B\n", format="csv", options="o", answer="a")
    assert load_items(table, tmp_path).select("answer", "sample").row(0) == ("B", "Which?\nliver or kidney\nB")


ENTRY = '[[benchmark]]\nname = "a"\nformat = "json"\nquestion = "q"\n'
ZEROS = "0" * 64


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[[benchmark", "is no TOML"),
        (ENTRY, r"benchmark\.0\.files"),
        (f'{ENTRY}files = {{"../x" = "{ZEROS}"}}', "below the benchmarks folder"),
        (f'{ENTRY}files = {{"x" = "12"}}', "64 hexadecimal digits"),
        (f'{ENTRY}answer_pattern = "x"\nfiles = {{"x" = "{ZEROS}"}}', "needs a group"),
        (f'{ENTRY}answer_pattern = "("\nfiles = {{"x" = "{ZEROS}"}}', "answer_pattern: .*is no regular expression"),
        ("mistake = 1", "mistake"),
    ],
)
def test_a_wrong_manifest_says_where(tmp_path: Path, toml: str, says: str) -> None:
    (tmp_path / "m.toml").write_text(toml)
    with pytest.raises(RegistryError, match=says):
        read_registry(tmp_path / "m.toml")


def test_a_manifest_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(ENTRY.encode("utf-16"))
    with pytest.raises(RegistryError, match=r"m\.toml is not in UTF-8"):
        read_registry(tmp_path / "m.toml")


def test_no_two_benchmarks_of_one_name(tmp_path: Path) -> None:
    one = write_benchmarks(tmp_path).benchmark[0]
    with pytest.raises(ValueError, match="several benchmarks are called sums"):
        Registry(benchmark=(one, one))


def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"none\.toml cannot be read"):
        read_registry(tmp_path / "none.toml")


def test_what_the_own_manifest_covers_of_megascience() -> None:
    registry = read_registry()
    assert len(PUBLISHED) == 23
    assert set(PUBLISHED) - set(registry.uncovered) == {
        "gsm8k", "math-500", "PubMedQA", "scibench-physics", "scibench-chemistry", "scibench-math",
    }  # fmt: skip
    assert all(name in PUBLISHED for one in registry.benchmark for name in one.covers)
    assert registry_digest(registry) != registry_digest(Registry(benchmark=registry.benchmark[1:]))


@pytest.mark.shared_data
def test_the_own_manifest_reads_the_real_files(shared_data: Path) -> None:
    items = load_items(read_registry(), shared_data / "benchmarks")
    assert Counter(items["benchmark"]) == {
        "gsm8k": 1319, "math500": 500, "mmlu-stem": 3018, "pubmedqa": 500, "scibench": 692, "bbh": 1937,
    }  # fmt: skip
    assert items.filter(answer="").is_empty()
