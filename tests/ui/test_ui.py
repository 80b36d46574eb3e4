"""A browser on the running Dagster UI: what a person sees and what a click does (issue row i)."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.drops import DROPS, make_drop
from tests.evaluations import LARGE, SMALL, evaluation_drop, solutions
from tests.ui.chromium import Screen
from tests.ui.conftest import ELSEWHERE, Corpus
from tests.ui.dagster_server import Cli

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEVELS = ("l0_raw", "l1_normalized", "l2_filtered", "l3_annotated", "l4_refined", "l5_completed")
QUESTIONS = ("qa_extracted", "qa_deduplicated", "qa_refined", "qa_decontaminated", "qa_selected")
LOOP = ("evaluation_samples", "capability_slices", "diagnosis", "targeted_mix", "data_affordances", "validation")
OTHER_PAGES = (
    ("/overview", "Timeline"), ("/runs", "Launched by"), ("/jobs", "ladder_to_l3"), ("/deployment", "Code locations"),
    ("/assets", "l5_completed"), ("/locations/darwin_assets/jobs/ladder", "View as Asset Graph"),
    *((f"/assets/{asset}", "Definition") for asset in ("landed_files", *LEVELS, *QUESTIONS, *LOOP)),
)  # fmt: skip
RUN_MS = 90_000
SENSOR_SECONDS = 120.0
SEES_PICTURES = "images => images.map(one => [one.alt, one.naturalWidth, one.src.slice(0, 19)])"


def test_the_graph_shows_levels_by_name(screen: Screen) -> None:
    screen.resize(4600, 1600)
    page = screen.visit("/asset-groups?expanded=global@global:ladder")
    for asset in ("landed_files", *LEVELS, "model_costs"):
        expect(page.locator("svg foreignObject").get_by_text(asset, exact=True).first).to_be_visible()
    expect(page.locator("svg foreignObject").get_by_text("1 / 1 Passed")).to_have_count(len(LEVELS))
    for folded in ("audit", "questions", "closed_loop"):
        expect(page.locator("svg foreignObject").get_by_text(folded, exact=True).first).to_be_visible()
    screen.keep("01-graph")


def test_the_group_of_questions_shows_their_levels(screen: Screen) -> None:
    screen.resize(3000, 1200)
    page = screen.visit("/locations/darwin_assets/asset-groups/questions/lineage")
    for asset in QUESTIONS:
        expect(page.locator("svg foreignObject").get_by_text(asset, exact=True).first).to_be_visible()
    screen.keep("01-questions")


def test_the_group_of_the_closed_loop_shows_its_assets(screen: Screen) -> None:
    screen.resize(3000, 1200)
    page = screen.visit("/locations/darwin_assets/asset-groups/closed_loop/lineage")
    for asset in LOOP:
        expect(page.locator("svg foreignObject").get_by_text(asset, exact=True).first).to_be_visible()
    screen.keep("01-closed-loop")


def test_the_checks_page_shows_the_verdict_and_its_expectations(screen: Screen, corpus: Corpus) -> None:
    screen.resize(1600, 1800)
    page = screen.visit("/assets/l2_filtered?view=checks")
    expect(page.get_by_text("5 in, 3 kept, 2 rejected; gate passed")).to_be_visible()
    expect(page.get_by_text("Passed", exact=True).first).to_be_visible()
    expect(page.get_by_text(corpus.shown).first).to_be_visible()
    for expected in ("an empty batch is never promoted", "kept + rejected = in", "ExpectColumnPairValuesToBeEqual"):
        expect(page.get_by_text(expected, exact=True).first).to_be_visible()
    screen.keep("02-checks")


def test_a_materialized_batch_shows_what_became_of_it(screen: Screen, corpus: Corpus) -> None:
    screen.resize(1600, 1500)
    page = screen.visit(f"/assets/l2_filtered?view=partitions&partition={corpus.shown}")
    expect(_value(page, "dagster/row_count")).to_have_text("3")
    expect(_value(page, "retention")).to_have_text("0.6")
    expect(_value(page, "gate")).to_have_text("passed")
    rejected = _value(page, "rejected_by_rule")
    for rule in ("duplicate.exact", "size.bytes"):
        expect(rejected.get_by_role("row").filter(has_text=rule)).to_contain_text("1")
    funnel = _value(page, "funnel").get_by_role("img")
    expect(funnel).to_be_visible()
    page.wait_for_function("image => image.complete", arg=funnel.element_handle())
    assert funnel.evaluate_all(SEES_PICTURES) == [["funnel", 480, "data:image/svg+xml;"]]
    screen.keep("03-batch")


def test_a_preview_shows_a_document_and_fetches_nothing_for_it(screen: Screen, corpus: Corpus) -> None:
    page = screen.visit(f"/assets/l1_normalized?view=partitions&partition={corpus.shown}")
    shown = _value(page, "preview")
    expect(shown.get_by_text(ELSEWHERE)).to_be_visible()
    expect(shown.get_by_role("img")).to_have_count(0)
    screen.keep("04-preview")


def test_the_overview_describes_the_asset_and_its_columns(screen: Screen, corpus: Corpus) -> None:
    screen.resize(1600, 3200)
    page = screen.visit("/assets/l2_filtered")
    expect(page.get_by_text("Rule-based Filtering", exact=False).first).to_be_visible()
    for said in (corpus.shown, "data-platform", "Delta Lake", "Polars", "landing_sensor", "ladder_to_l3"):
        expect(page.get_by_text(said, exact=True).first).to_be_visible()
    expect(_row(page, "mean_word_length")).to_contain_text("Float64")
    expect(_row(page, "licence")).to_contain_text("Comes from l1_normalized.licence.")
    expect(_row(page, "permissions")).to_contain_text("may drop; may not edit nor add")
    screen.keep("05-overview")


def test_a_click_materializes_a_batch(screen: Screen, cli: Cli, corpus: Corpus) -> None:
    assert cli.published(corpus.waiting) == {}
    page = screen.visit("/locations/darwin_assets/asset-groups/ladder/lineage")
    page.get_by_role("button", name="Materialize all").click()
    _choose(screen.page, corpus.waiting)
    screen.keep("06-dialog")
    _launch(screen.page)
    screen.keep("07-run")
    assert cli.published(corpus.waiting) == {f"L{number}": 2 for number in range(6)}


def test_a_click_on_one_level_does_no_work_twice(screen: Screen, corpus: Corpus) -> None:
    screen.visit("/assets/l1_normalized").get_by_role("button", name="Materialize").first.click()
    _choose(screen.page, corpus.shown)
    _launch(screen.page)
    page = screen.visit(f"/assets/l1_normalized?view=partitions&partition={corpus.shown}")
    expect(_value(page, "reused")).to_have_text("true")


def test_the_sensor_takes_a_drop_up_by_itself_and_sets_a_bad_one_aside(
    screen: Screen, cli: Cli, tmp_path: Path
) -> None:
    page = screen.visit("/automation")
    row = page.locator("div[data-index]").filter(has_text="landing_sensor")
    # the first box selects the row, the second switches the sensor
    expect(row.get_by_role("checkbox")).to_have_count(2)
    row.locator("label").nth(1).click()
    expect(row.get_by_role("checkbox").nth(1)).to_be_checked()
    screen.keep("08-automation")

    landing = cli.home / "landing"
    bad = landing / "incoming" / "bad"
    bad.mkdir()
    shutil.copy(DROPS / "preprints" / "markdown" / "benford.md", bad)
    good = make_drop(tmp_path / "good", "dropped", ("preprints/markdown/benford.md", "preprints/latex/minhash.tex"))
    shutil.copytree(good, landing / "incoming" / "good")

    (taken,) = _wait(lambda: list((landing / "taken").glob("*.dropped.*")))
    (reason,) = _wait(lambda: list((landing / "quarantined").glob("*-bad/REASON.txt")))
    assert "put a manifest.yaml with 'source' and 'licence'" in reason.read_text()
    assert (reason.parent / "benford.md").is_file()
    page = screen.visit(f"/runs?q%5B0%5D=tag%3Adagster%2Fpartition%3D{taken.name}")
    expect(page.get_by_role("link", name="landing_sensor", exact=True)).to_be_visible()
    expect(page.get_by_text("Success", exact=True)).to_be_visible(timeout=RUN_MS)
    screen.keep("09-runs")
    page = screen.visit(f"/assets/l3_annotated?view=partitions&partition={taken.name}")
    expect(_value(page, "dagster/row_count")).to_have_text("2")
    screen.keep("10-sensor-batch")
    assert cli.published(taken.name) == {f"L{number}": 2 for number in range(4)}
    page = screen.visit("/locations/darwin_assets/sensors/landing_sensor")
    expect(page.get_by_text("1 run requested").first).to_be_visible()
    screen.keep("11-sensor")


def test_an_evaluation_that_is_dropped_is_diagnosed_by_itself(screen: Screen, cli: Cli, tmp_path: Path) -> None:
    """The sensor is on since the test before."""
    files = {"solutions.jsonl": solutions(n_items=80, n_wrong=40)}
    shutil.copytree(
        evaluation_drop(tmp_path / "nightly", "nightly", files), cli.home / "landing" / "incoming" / "nightly"
    )
    (taken,) = _wait(lambda: list((cli.home / "landing" / "taken").glob("*.nightly.*")))
    page = screen.visit(f"/runs?q%5B0%5D=tag%3Adagster%2Fpartition%3D{taken.name}")
    expect(page.get_by_role("link", name="closed_loop", exact=True)).to_be_visible()
    expect(page.get_by_text("Success", exact=True)).to_be_visible(timeout=RUN_MS)
    screen.keep("12-evaluation-run")
    screen.resize(1600, 1800)
    page = screen.visit(f"/assets/diagnosis?view=partitions&partition={taken.name}")
    expect(_value(page, "reference")).to_have_text(LARGE)
    weakest = _value(page, "weakest")
    expect(weakest.get_by_role("row").filter(has_text=SMALL).first).to_contain_text("gsm8k")
    _value(page, "report").get_by_role("button").or_(
        _value(page, "report").get_by_text("Show", exact=False)
    ).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(SMALL).first).to_be_visible()
    picture = dialog.locator("img").first
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    screen.keep("13-diagnosis")
    assert cli.published(taken.name) == {"evaluation_samples": 160}


def test_no_page_complains_or_asks_another_host(screen: Screen) -> None:
    """The fixture looks at what was heard; here are the pages that no other test opens."""
    for path, sign in OTHER_PAGES:
        before = screen.n_requests
        expect(screen.visit(path).get_by_text(sign, exact=True).first).to_be_visible()
        screen.page.wait_for_timeout(500)
        assert screen.n_requests > before, "the listener hears nothing"


def _choose(page: Page, batch: str) -> None:
    """Select one partition in the dialog that asks what to materialize."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Select a partition or create one").click()
    page.get_by_role("menuitem").filter(has_text=batch).click()
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("1 partition", exact=True)).to_be_visible()


def _launch(page: Page) -> None:
    """Launch the run that the dialog describes, go to its page and wait until it has succeeded."""
    page.get_by_role("dialog").get_by_role("button", name="Launch 1 run").click()
    page.get_by_role("link", name="View", exact=True).or_(page.get_by_role("button", name="View", exact=True)).click()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=RUN_MS)


def _row(page: Page, name: str) -> Locator:
    """The row of a table of the page whose first cell is `name`."""
    return page.get_by_role("row").filter(has=page.get_by_role("cell", name=name, exact=True))


def _value(page: Page, key: str) -> Locator:
    """The value of a metadata entry."""
    return _row(page, key).get_by_role("cell").nth(1)


def _wait(look: Callable[[], list[Path]]) -> list[Path]:
    """What the platform does by itself, as soon as it shows."""
    deadline = time.monotonic() + SENSOR_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"nothing happened within {SENSOR_SECONDS:.0f} s")
