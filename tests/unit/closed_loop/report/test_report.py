"""The report of a diagnosis: the same bytes again, both ways of telling a change, and no word of a document."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis, diagnose
from darwin_assets.closed_loop.report import numbers
from darwin_assets.closed_loop.report.svg import Bar, Row, Spot, bars_svg, intervals_svg
from darwin_assets.closed_loop.report.write import inlined, write_report
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from tests.unit.closed_loop.diagnose.test_diagnose import STATED, masked_ends, missing_pair
from tests.unit.closed_loop.evaluations import CANARY, labels, samples, signs

SNAPSHOT = Path(__file__).parent / "expected.md"
SETTINGS = ClosedLoopSettings()


@pytest.fixture(scope="module")
def weak() -> Diagnosis:
    """Without the hashes, which change with every line of code."""
    return replace(diagnose(*missing_pair(), STATED, SETTINGS), code_sha256="0" * 64, settings_sha256="1" * 64)


@pytest.fixture(scope="module")
def masked() -> Diagnosis:
    return diagnose(*masked_ends(), STATED, SETTINGS)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_the_report_reads_as_it_was_read_by_eye(weak, tmp_path):
    """Delete the snapshot to have it written again, and read it."""
    write_report(weak, "an evaluation", tmp_path)
    written = (tmp_path / "report.md").read_text(encoding="utf-8")
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(written, encoding="utf-8")
        pytest.fail(f"{SNAPSHOT.name} was written: read it")
    assert written == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes(tmp_path, weak):
    again = replace(
        diagnose(*missing_pair(), STATED, SETTINGS), code_sha256=weak.code_sha256, settings_sha256=weak.settings_sha256
    )
    for name, found in {"first": weak, "second": again}.items():
        write_report(found, "an evaluation", tmp_path / name)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert set(contents(tmp_path / "first")) == {
        "report.md", "report.html", "diagnosis.json", "slices.svg", "gaps.svg", "operations.svg",
    }  # fmt: skip


@pytest.mark.slow
def test_no_word_of_a_document_is_told(weak, masked, tmp_path):
    for name, found in {"weak": weak, "masked": masked}.items():
        write_report(found, name, tmp_path / name)
        assert not any(CANARY.encode() in content for content in contents(tmp_path / name).values())


def test_a_change_is_told_in_points_and_relative_to_what_was_before(masked):
    """47.27 to 25.14 is -46.82 %, and not 46.82 points (papers.md §2.4)."""
    assert "25.1 against 47.3 of good on 10,000 items, −22.1, −46.8 %" in inlined(masked, "the collapse")


def test_evidence_names_what_was_found_and_what_was_looked_for_in_vain(masked):
    told = inlined(masked, "the collapse")
    assert "*supervision*, termination: begins with the right answer, scored wrong 0.221 against 0" in told
    assert "score when set right 0.473 against 0.473" in told


def test_nothing_to_explain_is_said_so():
    found = samples({"good": [1.0, 0.0] * 100, "same": [1.0, 0.0] * 100})
    told = inlined(diagnose(found, labels([["counting"]] * 200), signs(found), EvaluationFacts(), SETTINGS), "the same")
    assert "No checkpoint is significantly weaker: there is nothing to explain." in told
    assert "## Operations" not in told


def test_slices_that_lose_the_same_have_no_ranks(tmp_path):
    found = samples(dict.fromkeys(("good", "same"), [1.0, 0.0] * 60))
    labelled = labels([[name] for name in ("counting", "comparison", "deduction") for _ in range(40)])
    told = diagnose(found, labelled, signs(found), EvaluationFacts(), SETTINGS)
    write_report(told, "the same", tmp_path)
    assert "| same | sums | 3 | – | – | – |" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "diagnosis.json").read_text(encoding="utf-8"))["stability"][0]["spearman"] is None


def test_what_shares_nothing_with_the_reference_is_said_not_to_be_compared():
    found = pl.concat(
        [samples({"good": [1.0, 0.0] * 60, "same": [1.0, 0.0] * 60}), samples({"third": [1.0] * 60}, "sums_cot")]
    )
    labelled = pl.concat([labels([["counting"]] * 120), labels([["counting"]] * 60, "sums_cot")])
    told = inlined(diagnose(found, labelled, signs(found), STATED, SETTINGS), "two names")
    assert r"Not compared, since the reference has no item of that name or question: third in sums\_cot." in told


def test_only_a_verdict_of_data_is_qualified(weak, masked):
    assert "proves nothing" in inlined(weak, "weak")
    assert "proves nothing" not in inlined(masked, "masked")


def test_names_from_files_are_no_markdown_and_no_markup(tmp_path):
    name = "<b>|*model*"
    found = samples({"good": [1.0] * 100, name: [0.0] * 100})
    write_report(diagnose(found, labels([["counting"]] * 100), signs(found), STATED, SETTINGS), "names", tmp_path)
    assert r"\<b\>\|\*model\*" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert name not in (tmp_path / "report.html").read_text(encoding="utf-8")
    for picture in tmp_path.glob("*.svg"):
        ElementTree.fromstring(picture.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "svg",
    [
        intervals_svg("one", [Row("a & b", (Spot(0.0, "red"),))], 0.0, 0.0, [("a", "red")]),
        intervals_svg("all", [Row("a", (Spot(-3.0, "red", -5.0, 9.0),), "note")], -5.0, 9.0, []),
        bars_svg("none", [], []),
        bars_svg("one", [Bar("a", ((0.0, "red"), (2.5, "blue")))], [("a", "red")]),
    ],
)
def test_pictures_are_xml_and_stay_inside_their_frame(svg):
    root = ElementTree.fromstring(svg)
    width = float(root.attrib["width"])
    places = [
        float(value) for element in root.iter() for key, value in element.attrib.items() if key in ("x1", "x2", "cx")
    ]
    assert all(0 <= place <= width for place in places)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (numbers.change(0.4727, 0.2514), "−22.1, −46.8 %"),
        (numbers.change(0.0, 0.2), "+20.0"),
        (numbers.signed(-0.04), "0.0"),
        (numbers.p_value(None), "not tested"),
        (numbers.p_value(0.0), "< 0.001"),
        (numbers.p_value(0.08), "0.080"),
        (numbers.measure(1.9e-7), "1.9e-07"),
        (numbers.measure(0.5), "0.5"),
        (numbers.measure(0.0), "0"),
        (numbers.measure(None), "–"),
    ],
)
def test_numbers_are_told_shortly(told, expected):
    assert told == expected
