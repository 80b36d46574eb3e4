"""Scanned pages on their way through a vision model: pictures, answers, and the document that they make."""

import json
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.page_answer import PageText, messages, parse, schema, unusable
from darwin_assets.normalize.page_images import pictures
from darwin_assets.normalize.page_reader import document_of
from darwin_assets.normalize.scans import PageTask, read_scans
from darwin_assets.normalize.settings import NormalizeSettings
from tests.page_server import BLANK, UNREADABLE, bars_page, n_bars, reading, scanned_pdf

SETTINGS = NormalizeSettings()
GOOD = {"rotation": 0, "language": "en", "is_blank": False, "text": "A word."}


def test_pages_are_drawn_in_order_and_at_the_size_that_is_set() -> None:
    from io import BytesIO

    from PIL import Image

    drawn = list(pictures(scanned_pdf([bars_page(2), bars_page(5)]), None, SETTINGS))
    found = [Image.open(BytesIO(png)).convert("L") for _, png in drawn]
    assert [number for number, _ in drawn] == [0, 1]
    assert [max(picture.size) for picture in found] == [SETTINGS.page_longest_side] * 2
    assert [n_bars(picture) for picture in found] == [2, 5]


def test_one_page_can_be_drawn_turned() -> None:
    lying = bars_page(3).rotate(90, expand=True)
    ((_, upright),) = pictures(scanned_pdf([bars_page(1), lying]), [(1, 90)], SETTINGS)
    assert reading(upright)["text"] == "# Page\n\nIt shows 3 bars."


def test_a_process_that_cannot_open_the_file_costs_the_document_only() -> None:
    with pytest.raises(Unreadable) as caught:
        list(pictures(b"%PDF-1.7 and then nothing", None, SETTINGS))
    assert caught.value.rule == "parser.crashed"


def test_drawing_has_a_limit_of_time() -> None:
    with pytest.raises(Unreadable) as caught:
        list(pictures(scanned_pdf([bars_page(2)]), None, SETTINGS.model_copy(update={"parse_cpu_seconds": 1e-6})))
    assert caught.value.rule == "parser.timeout"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"is_blank": True, "text": "", "language": None}, None),
        ({"rotation": 90, "text": ""}, None),
        ({"is_blank": True}, "not_blank"),
        ({"text": " \n"}, "no_words"),
        ({"rotation": 45}, "rotation"),
        ({"rotation": True}, "type_rotation"),
        ({"text": None}, "type_text"),
        ({"more": 1}, "keys"),
    ],
)
def test_an_answer_is_used_only_where_it_makes_sense(changed: dict[str, object], reason: str | None) -> None:
    assert unusable(json.dumps(GOOD | changed)) == reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(None, "no_text"), ("", "no_text"), ("A word.", "not_json"), ("[" * 100_000, "not_json"), ("[1]", "keys")],
)
def test_what_is_no_reading_is_named(answer: str | None, reason: str) -> None:
    assert unusable(answer) == reason


def test_reasoning_and_fences_are_no_part_of_an_answer() -> None:
    assert parse(f"<think>Hm.</think>\n```json\n{json.dumps(GOOD)}\n```") == PageText("A word.", "en", 0)


@given(
    st.text() | st.from_type(dict).map(str) | st.dictionaries(st.sampled_from(list(GOOD)), st.none()).map(json.dumps)
)
def test_any_answer_is_a_reading_or_unusable(answer: str) -> None:
    reason = unusable(answer)
    assert reason is None or reason.isidentifier()


def test_the_schema_and_the_parser_know_the_same_keys() -> None:
    assert set(schema()["properties"]) == set(GOOD)
    assert messages(b"png")[1]["content"][0]["image_url"]["url"] == "data:image/png;base64,cG5n"


def ask(tasks: Iterable[PageTask]) -> Iterator[tuple[str, str | None]]:
    """A model that answers backwards."""
    for task in reversed(list(tasks)):
        yield task.key, json.dumps(reading(task.png))


def outcome(pages: list[int], lying: Iterable[int] = (), **changed: object) -> Document | Unreadable:
    drawn = [bars_page(n).rotate(90 if place in set(lying) else 0, expand=True) for place, n in enumerate(pages)]
    data = scanned_pdf(drawn)
    settings = SETTINGS.model_copy(update=changed)
    return read_scans([{"id": "row"}], lambda rows: ((row, data) for row in rows), ask, settings, "model")["row"]


@pytest.mark.slow
def test_a_scan_is_its_pages_in_order_blank_ones_left_out() -> None:
    found = outcome([3, BLANK, 1, 2], lying=[2])
    assert isinstance(found, Document)
    assert found.text == "\n\n".join(f"# Page\n\nIt shows {n} bars." for n in (3, 1, 2))
    assert (found.title, found.language, found.parser) == ("Page", "en", "pages/1")
    assert found.notes == ("read 4 of 4 pages by model",)


@pytest.mark.slow
def test_a_scan_of_which_too_much_could_not_be_read_is_rejected() -> None:
    found = outcome([1, UNREADABLE, 2])
    assert isinstance(found, Unreadable)
    assert (found.rule, found.value) == ("pdf.pages_unread", pytest.approx(1 / 3))
    kept = outcome([1, UNREADABLE, 2], page_max_unread_share=0.5)
    assert isinstance(kept, Document)
    assert kept.notes == ("read 2 of 3 pages by model",)


def test_blank_pages_make_no_document() -> None:
    found = outcome([BLANK, BLANK])
    assert isinstance(found, Unreadable)
    assert found.rule == "pdf.empty"


def test_what_no_text_of_l1_holds_is_taken_off_an_answer() -> None:
    said = json.dumps(GOOD | {"text": "# One\ud83d\r\nand\x00 two\x1b."})
    found = document_of({0: parse(said)}, SETTINGS, "model")
    assert (found.text, found.title) == ("# One\ufffd\nand two.", "One\ufffd")


def test_a_page_that_lies_even_when_turned_is_unread() -> None:
    with pytest.raises(Unreadable):
        document_of({0: None}, SETTINGS, "model")
