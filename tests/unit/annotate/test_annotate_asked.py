import json

import polars as pl
import pytest

from darwin_assets.annotate.asked_taxonomy import (
    COLUMNS,
    CUT,
    PROMPT,
    Answer,
    columns_of,
    excerpt,
    messages,
    parse,
    schema,
)
from darwin_assets.annotate.taxonomy import DIMENSIONS, FDC_LEVELS, numbers

GOOD = {
    "fdc": [532, -1], "knowledge_domain": [2, 3], "cognitive_process": [3, 2], "document_type": [3, -1],
    "document_type_v2": [23, 10], "extraction_artifacts": [0, -1], "missing_content": [0, -1], "reasoning_depth": [4, 3],
    "technical_correctness": [4, -1], "education_level": [3, 2],
}  # fmt: skip


def test_the_prompt_names_every_label_with_its_number() -> None:
    prompt = " ".join(PROMPT.read_text(encoding="utf-8").split())
    for name, label_set in DIMENSIONS.items():
        assert f"{name}" in prompt
        for label, number in numbers(label_set).items():
            if number >= 0:
                assert f"{number} {label.value}" in prompt, (name, label)


def test_a_good_answer_gives_twelve_dimensions_with_two_values_each() -> None:
    for reply in (json.dumps(GOOD), f"```json\n{json.dumps(GOOD)}\n```", f"<think>hm</think>\n{json.dumps(GOOD)}"):
        row = columns_of(parse(reply), "engine")
        taxonomy = {one["dimension"]: (one["primary"], one["secondary"]) for one in row["taxonomy"]}
        assert list(taxonomy) == [*FDC_LEVELS, *DIMENSIONS]
        assert [taxonomy[level] for level in FDC_LEVELS] == [(500, -1), (530, -1), (532, -1)]
        assert taxonomy["education_level"] == (3, 2)
        assert (row["taxonomy_discipline"], row["discipline_detail"]) == ("physics", "physics")
        assert row["taxonomy_failed"] is None
        assert set(row) == set(COLUMNS)
        pl.DataFrame([row], schema=COLUMNS)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (None, "no_text"),
        (" <think>never ends</think> ", "no_text"),
        ("The document is about physics.", "not_json"),
        (json.dumps(GOOD) + " I hope this helps", "not_json"),
        ("[" * 100_000, "not_json"),
        (json.dumps([GOOD]), "keys"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "fdc"}), "keys"),
        (json.dumps(GOOD | {"mood": [1, 2]}), "keys"),
        (json.dumps(GOOD | {"fdc": [1000, -1]}), "value_fdc"),
        (json.dumps(GOOD | {"fdc": "530"}), "value_fdc"),
        (json.dumps(GOOD | {"document_type": [18, -1]}), "value_document_type"),
        (json.dumps(GOOD | {"document_type": [0, -1]}), "value_document_type"),
        (json.dumps(GOOD | {"education_level": [3]}), "value_education_level"),
        (json.dumps(GOOD | {"education_level": [True, -1]}), "value_education_level"),
        (json.dumps(GOOD | {"reasoning_depth": [4.0, -1]}), "value_reasoning_depth"),
    ],
)
def test_anything_else_abstains_with_a_reason_that_quotes_nothing(reply: str | None, reason: str) -> None:
    answer = parse(reply)
    assert answer == Answer(None, reason)
    row = columns_of(answer, "engine")
    assert (row["taxonomy"], row["taxonomy_failed"], row["taxonomy_by"]) == (None, reason, "engine")


def test_a_code_that_abstains_has_no_discipline() -> None:
    row = columns_of(parse(json.dumps(GOOD | {"fdc": [-1, -1]})), "engine")
    assert row["taxonomy_discipline"] is row["discipline_detail"] is None
    assert row["taxonomy"][0] == {"dimension": "fdc_level_1", "primary": -1, "secondary": -1}


def test_a_long_document_is_shown_by_start_middle_and_end() -> None:
    text = "".join(chr(0x4E00 + i) for i in range(9_000))
    shown = excerpt(text, 3_000).split(CUT)
    assert [len(part) for part in shown] == [1_000] * 3
    assert text.startswith(shown[0])
    assert text.endswith(shown[2])
    assert text.index(shown[1]) == 4_000
    assert excerpt("short", 3_000) == "short"


def test_the_document_stands_last_and_alone_and_the_schema_asks_for_what_is_parsed() -> None:
    system, user = messages("the document")
    assert user == {"role": "user", "content": "the document"}
    assert "the document" not in system["content"].split("JSON")[-1]
    assert set(schema()["required"]) == set(GOOD)
    assert schema()["additionalProperties"] is False
