"""What-if: stored values under other rules, and that a real run with the changed recipe does the same."""

from dataclasses import replace
from xml.etree import ElementTree

import polars as pl
import pytest

from darwin_assets.filter.assets import L2_COLUMNS
from darwin_assets.filter.rules import Rule, all_rules, preset
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.promotion import published, read_published, read_rejected, schema_of
from darwin_assets.runs import run_batch
from darwin_assets.taken_down import take_out
from darwin_assets.whatif.histogram import histogram, short
from darwin_assets.whatif.outcome import (
    AFTER,
    BYTES_PER_TOKEN,
    FREED,
    NEWLY_DROPPED,
    NEWLY_KEPT,
    STAYS_DROPPED,
    STAYS_KEPT,
    by_rule,
    by_source,
    judge_again,
    twins_elsewhere,
)
from darwin_assets.whatif.proposal import as_recipe, changed_rules, dropping, proposed
from darwin_assets.whatif.report import Comparison, Selection, compared, swept
from darwin_assets.whatif.stored import read_stored
from darwin_assets.whatif.svg import curve_svg, histograms_svg
from darwin_assets.whatif.sweep import only_side, parse_sweep, sweep
from darwin_assets.whatif.text_plot import curve_lines, histogram_lines
from resources.errors import Conflict, DarwinError, Unpublished
from resources.gate_ledger import SCHEMA, Verdict
from resources.lake import Lake
from tests.drops import DROPS, land

WAIVED = ("test", "thresholds are tried out")
NOW = FilterSettings()
SMALL = FilterSettings(thresholds={"size.bytes": "600.."})
WORDS = "prose.words"


def row(row_id: str, words: float | None, chars: int = 9000, **reason: str | None) -> dict[str, object]:
    """A stored row that passes every rule of the preset but the two on words and content, if it does."""
    passing = {rule.signal: rule.low if rule.low is not None else rule.high for rule in dropping(NOW)}
    judged = {
        "id": row_id,
        "batch": "2026-01-31.books.0001",
        "source": "books",
        "n_chars": 9000,
        "recipe": "filter/1:a",
    }
    reasons = {"rejected_by": None, "rejected_kind": None, "survivor_id": None}
    return {**passing, **judged, **reasons, "n_bytes": 9000, "prose_n_words": words, "n_content_chars": chars, **reason}


@pytest.fixture
def rows() -> pl.DataFrame:
    rule = {"rejected_kind": "rule"}
    return pl.DataFrame(
        [
            row("kept", 200),
            row("longer", 400),
            row("short", 40, rejected_by=WORDS, **rule),
            row("short-and-thin", 40, 100, rejected_by=WORDS, **rule),
            row("twin-of-longer", 300, rejected_by="duplicate.near", survivor_id="longer", **rule),
            row("twin-of-kept", 200, rejected_by="duplicate.exact", survivor_id="kept", **rule),
            row("long-twin", 500, rejected_by="duplicate.near", survivor_id="longer", **rule),
            row("failure", None, rejected_by="text.missing", rejected_kind="failure"),
        ],
        infer_schema_length=None,
    )


def outcomes(judged: pl.DataFrame) -> dict[str, str]:
    return dict(judged.select("id", "outcome").iter_rows())


def test_the_rules_in_force_change_nothing(rows):
    judged = judge_again(rows, NOW)
    assert set(judged["outcome"]) == {STAYS_KEPT, STAYS_DROPPED}
    assert changed_rules(NOW, NOW) == []
    assert as_recipe(NOW, NOW) == ""


def test_a_lower_bound_keeps_what_fails_no_other_rule(rows):
    found = outcomes(judge_again(rows, proposed(NOW, {WORDS: "40.."})))
    assert found["short"] == NEWLY_KEPT
    assert found["short-and-thin"] == STAYS_DROPPED
    assert found["failure"] == STAYS_DROPPED
    assert found["kept"] == STAYS_KEPT


@pytest.mark.parametrize(
    ("threshold", "expected"), [("40..", NEWLY_KEPT), ("40.5..", STAYS_DROPPED), ("..40", NEWLY_KEPT)]
)
def test_bounds_are_inclusive(rows, threshold, expected):
    assert outcomes(judge_again(rows, proposed(NOW, {WORDS: threshold})))["short"] == expected


def test_a_survivor_that_goes_frees_its_twins_unless_they_fail_too(rows):
    found = outcomes(judge_again(rows, proposed(NOW, {WORDS: "50..350"})))
    assert found["longer"] == NEWLY_DROPPED
    assert found["twin-of-longer"] == FREED
    assert found["long-twin"] == STAYS_DROPPED
    assert found["twin-of-kept"] == STAYS_DROPPED


def test_what_repeats_parts_of_others_stays_dropped_and_is_told(rows):
    repeater = row("repeats", 200, rejected_by="duplicate.paragraphs", rejected_kind="rule")
    rows = pl.concat([rows, pl.DataFrame([repeater], schema=rows.schema)])
    after = proposed(NOW, {WORDS: "50..350"})
    judged = judge_again(rows, after)
    assert outcomes(judged)["repeats"] == STAYS_DROPPED
    none = judged.head(0).select("id", "batch", "survivor_id")
    assert any(line.startswith("1 documents were") for line in Comparison(judged, none, NOW, after, 0).reservations())


def test_permutations_in_the_recipe_are_kept():
    before = FilterSettings(permutations=128)
    after = proposed(before, {WORDS: "60.."})
    assert after.permutations == 128
    assert dropping(after) != dropping(before)


def test_twins_of_other_batches_are_named_too(rows):
    judged = judge_again(rows, proposed(NOW, {WORDS: "50..350"}))
    twins = pl.DataFrame(
        {
            "id": ["far", "near", "twin-of-longer"],
            "batch": ["2026-02-01.web.0001"] * 2 + ["2026-01-31.books.0001"],
            "survivor_id": ["longer", "kept", "longer"],
        }
    )
    assert twins_elsewhere(judged, twins)["id"].to_list() == ["far"]


def test_documents_and_tokens_by_source(rows):
    rows = rows.with_columns(source=pl.when(pl.col("id") == "longer").then(pl.lit("web")).otherwise("source"))
    found = by_source(judge_again(rows, proposed(NOW, {WORDS: "40..350"})))
    assert found["source"].to_list() == ["books", "web", "all"]
    assert found.select("kept", "newly_dropped", "newly_kept", "freed_twins", "kept_after").rows() == [
        (1, 0, 1, 1, 3),
        (1, 1, 0, 0, 0),
        (2, 1, 1, 1, 3),
    ]
    assert found["newly_dropped_tokens"].to_list() == [0, round(9000 / BYTES_PER_TOKEN), round(9000 / BYTES_PER_TOKEN)]
    assert found["kept_after_tokens"][-1] == 3 * round(9000 / BYTES_PER_TOKEN)


def test_a_changed_rule_says_whom_it_drops_alone(rows):
    after = proposed(NOW, {WORDS: "50..350", "content.chars": "9001.."})
    found = by_rule(judge_again(rows, after), NOW, after).sort("rule")
    assert found.select("rule", "threshold_before", "threshold_after").rows() == [
        ("content.chars", "200..", "9001.."),
        (WORDS, "50..100000", "50..350"),
    ]
    assert found.select("fail_before", "fail_after", "newly_dropped", "by_it_alone").rows() == [
        (1, 8, 2, 1),
        (3, 5, 1, 0),
    ]


def test_a_rule_of_a_preset_that_is_not_in_force_joins_alone():
    (rule,) = [one for one in preset("gopher") if one.id == "gopher.mean_word_length"]
    after = proposed(NOW, {rule.id: "3..12"})
    assert changed_rules(NOW, after) == [(None, Rule(rule.id, rule.signal, 3.0, 12.0, rule.source, rule.action))]
    assert "presets" in as_recipe(NOW, after)


def test_a_whole_preset_takes_the_place_of_the_recipes():
    after = proposed(NOW, {}, ["gopher", "c4"])
    assert dropping(after) == tuple(rule for rule in (*preset("gopher"), *preset("c4")) if rule.action == "drop")


def test_a_disabled_rule_that_is_asked_for_is_in_force():
    before = FilterSettings(disabled_rules=(WORDS,))
    assert [new.threshold for _, new in changed_rules(before, proposed(before, {WORDS: "50.."})) if new] == ["50.."]


@pytest.mark.parametrize(
    ("thresholds", "presets", "said"),
    [
        ({WORDS: "50"}, [], "low..high"),
        ({WORDS: "9..3"}, [], "above"),
        ({}, ["slimpajama"], "slimpajama"),
        ({"prose.word": "1.."}, [], "prose.word"),
    ],
)
def test_what_l2_does_not_have_is_an_error_that_names_it(thresholds, presets, said):
    with pytest.raises(DarwinError, match=said):
        proposed(NOW, thresholds, presets)


def test_the_recipe_that_is_printed_makes_the_settings_that_were_asked_about(tmp_path):
    from darwin_assets.recipe import load_recipe

    after = proposed(NOW, {"gopher.mean_word_length": "3..12", WORDS: "50..350"})
    (tmp_path / "recipe.toml").write_text(as_recipe(NOW, after), encoding="utf-8")
    assert load_recipe(tmp_path / "recipe.toml").filter == after


def test_a_sweep_counts_what_each_bound_keeps(rows):
    rule = next(rule for rule in all_rules() if rule.id == WORDS)
    points = sweep(rows, NOW, rule, "low", [40, 200, 200.5, 401])
    assert [(bound, kept) for bound, kept, _ in points] == [(40, 3), (200, 2), (200.5, 1), (401, 1)]
    assert points[0][2] == 3 / 8


def test_the_syntax_of_a_sweep():
    assert parse_sweep("2..6/0.5") == [2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6]
    assert len(parse_sweep("0..1/0.1")) == 11
    for wrong in ("2..6", "6..2/1", "2..6/0", "a..b/c", "1..2/0.00001", "1...2../1", ""):
        with pytest.raises(DarwinError, match=r"low\.\.high/step|points"):
            parse_sweep(wrong)


def test_which_bound_a_sweep_moves():
    by_id = {rule.id: rule for rule in all_rules()}
    assert only_side(by_id["size.bytes"]) == "low"
    assert only_side(by_id["garble.share"]) == "high"
    with pytest.raises(DarwinError, match="--bound"):
        only_side(by_id[WORDS])


def test_plots_count_every_document_and_show_both_thresholds(rows):
    after = proposed(NOW, {WORDS: "45..350"})
    ((old, new),) = changed_rules(NOW, after)
    shown = histogram(judge_again(rows, after), old, new)
    assert sum(map(sum, shown.counts)) + shown.n_missing == rows.height
    assert shown.n_missing == 1
    text = "\n".join(histogram_lines(shown))
    for bound in ("before 50", "before 100000", "after 45", "after 350"):
        assert bound in text
    drawn = ElementTree.fromstring(histograms_svg([shown, shown]))
    words = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("after 350") == 2
    assert ElementTree.fromstring(curve_svg([(0.0, 0.0), (1.0, 1.0)], "<a & b>", "share")).tag.endswith("svg")
    assert curve_lines([(0.5, 1.0)], "share")[1].count("█") == 40


def test_plots_of_nothing_and_of_one_value_are_plots(rows):
    rule = next(rule for rule in all_rules() if rule.id == WORDS)
    judged = judge_again(rows, NOW)
    for some in (judged.head(0), judged.head(1)):
        ElementTree.fromstring(histograms_svg([histogram(some, None, rule)]))
    ElementTree.fromstring(histograms_svg([]))


# ---- a real lake


TALE = "hardy-weinberg.md"
MORE = "\n\nWhoever counts again a year later finds the same shares, give or take what chance alone brings about.\n"


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> tuple[Project, list[str]]:
    """Two batches at L2 in a home of their own: near-twins of one text, the longer first, and the sample preprints."""
    folder = tmp_path_factory.mktemp("whatif")
    text = (DROPS / "preprints" / "markdown" / TALE).read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARWIN_HOME", str(folder / "home"))
        for name in ("DARWIN_LAKE", "DARWIN_LANDING", "DARWIN_RECIPE", "DAGSTER_HOME", "DARWIN_LLM_URL"):
            patch.delenv(name, raising=False)
        project = open_project()
        initialize(project)
        _recipe(project, as_recipe(FilterSettings(), SMALL))
        with dagster_instance(project) as instance:
            pair = land(
                project,
                instance,
                folder,
                "pair",
                ["preprints/translations/photosynthese.md"],
                {"a.md": text + MORE, "b.md": text},
            )
            batches = [pair, land_path(project, instance, DROPS / "preprints", None, None, None).batch or ""]
        _run(project, batches)
        yield project, batches


def _recipe(project: Project, text: str) -> None:
    project.work.recipe_path().write_text(text, encoding="utf-8")


def _run(project: Project, batches: list[str]) -> None:
    with dagster_instance(project) as instance:
        for batch in batches:
            assert run_batch(project, instance, batch, "L2", WAIVED).error is None


def _real(project: Project, batches: list[str]) -> pl.DataFrame:
    """parent_id, rejected_by and survivor_id of every document that L2 judged."""
    frames = []
    for batch in batches:
        found = published(project.lake, project.ledger, "L2", batch)
        frames.append(read_published(project.lake, found, ["parents"]))
        frames.append(read_rejected(project.lake, found).select("parents", "rejected_by"))
    rows = pl.concat(frames, how="diagonal")
    return rows.select("rejected_by", parent_id=pl.col("parents").list.first())


@pytest.mark.slow
def test_a_real_run_with_the_printed_recipe_does_what_was_told(lake):
    project, batches = lake
    stored = compared(project, Selection(), {WORDS: "50.."}).judged
    twins = stored.filter(pl.col("rejected_by") == "duplicate.near")
    survivor = stored.filter(pl.col("id").is_in(twins["survivor_id"].implode())).row(0, named=True)
    bounds = {WORDS: f"20..{survivor['prose_n_words'] - 1}", "language.score": "0..", "prose.stop_words": "0.."}
    told = compared(project, Selection(), bounds)
    assert set(told.judged["outcome"]) == {STAYS_KEPT, STAYS_DROPPED, NEWLY_DROPPED, NEWLY_KEPT, FREED}
    assert {row["survivor_id"] for row in told.freed()} == {survivor["id"]}
    _recipe(project, as_recipe(FilterSettings(), told.after))
    try:
        _run(project, batches)
        real = told.judged.join(_real(project, batches), on="parent_id", how="full", suffix="_real", coalesce=True)
    finally:
        _recipe(project, as_recipe(FilterSettings(), told.before))
        _run(project, batches)
    assert real["id"].null_count() == 0
    by_a_rule = pl.col("rejected_by_real").is_not_null() & ~pl.col("rejected_by_real").str.starts_with("duplicate.")
    failure = (pl.col("rejected_kind") == "failure").fill_null(False)
    wrong = real.filter(by_a_rule != ((pl.col("fails_after").list.len() > 0) | failure))
    assert wrong.select("parent_id", "outcome", "rejected_by_real").to_dicts() == []
    kept = real.filter(pl.col("rejected_by_real").is_null())
    assert set(kept["outcome"]) <= set(AFTER)
    lost = real.filter(pl.col("outcome").is_in(AFTER) & pl.col("rejected_by_real").is_not_null())
    assert set(lost["outcome"]) <= {NEWLY_KEPT, FREED, STAYS_KEPT}
    assert all(rule.startswith("duplicate.") for rule in lost["rejected_by_real"])
    assert kept.filter(pl.col("outcome") == FREED).height > 0


@pytest.mark.slow
def test_the_stored_judgement_agrees_with_the_rules_in_force(lake):
    project, _ = lake
    told = compared(project, Selection(), {"size.bytes": "600.."})
    assert set(told.judged["outcome"]) == {STAYS_KEPT, STAYS_DROPPED}
    assert told.n_other_recipe == 0


@pytest.mark.slow
def test_one_batch_or_one_source_can_be_asked_about(lake):
    project, batches = lake
    everything = compared(project, Selection(), {WORDS: "300.."}).judged
    one = compared(project, Selection(batches=(batches[0],)), {WORDS: "300.."}).judged
    assert 0 < one.height < everything.height
    assert set(one["batch"]) == {batches[0]}
    source = compared(project, Selection(sources=("preprints",)), {WORDS: "300.."}).judged
    assert set(source["source"]) == {"preprints"}
    with pytest.raises(DarwinError, match=r"known: .*preprints"):
        compared(project, Selection(sources=("nobody",)), {WORDS: "300.."})
    with pytest.raises(Unpublished, match="darwin status"):
        compared(project, Selection(batches=("2026-01-31.nobody.0001",)), {WORDS: "300.."})


@pytest.mark.slow
def test_a_twin_in_another_batch_is_named_when_its_survivor_goes(lake):
    project, batches = lake
    told = compared(project, Selection(batches=(batches[0],)), {"size.bytes": "1000000.."})
    assert set(told.judged["outcome"]) == {NEWLY_DROPPED, STAYS_DROPPED}
    assert {row["batch"] for row in told.freed()} == {batches[1]}


@pytest.mark.slow
def test_no_text_is_read(lake, monkeypatch):
    """Every scan of the lake is asked for columns without the text: the tables themselves have none to give here."""
    project, _ = lake
    real = type(project.lake).scan
    monkeypatch.setattr(
        type(project.lake), "scan", lambda *args: real(*args).drop("text", "sections", "title", strict=False)
    )
    assert compared(project, Selection(), {WORDS: "300.."}).judged.height > 0
    assert swept(project, Selection(), WORDS, "low", "50..500/50").points[0][1] > 0


def test_nothing_published_is_an_error_that_says_what_to_do(project):
    with pytest.raises(Unpublished, match="darwin run"):
        compared(project, Selection(), {WORDS: "300.."})


BATCH = "2026-01-31.books.0001"


def verdict_on(name: str, n_kept: int, n_rejected: int) -> Verdict:
    counts = {"n_in": n_kept + n_rejected, "n_kept": n_kept, "n_rejected": n_rejected}
    empty = {one: "" for one, dtype in SCHEMA.items() if dtype == pl.String()}
    said = {"verdict": name, "level": "L2", "batch": BATCH, "passed": True, "waived": False, "candidate_version": 0}
    return Verdict(**{**empty, **said, **counts, "seconds": 0.0})


def write(lake: Lake, zone: str, verdict: str, *ids: str) -> None:
    rows = pl.DataFrame([{"id": one, "batch": BATCH, "verdict": verdict, "source": "books"} for one in ids])
    lake.write(
        zone, "L2", BATCH, pl.concat([pl.DataFrame(schema=schema_of(zone, L2_COLUMNS)), rows], how="diagonal"), {}
    )


def stored_ids(project: Project) -> list[str]:
    return sorted(read_stored(project.lake, project.ledger, []).rows["id"])


def test_what_a_take_down_leaves_is_told(project):
    project.ledger.record(verdict_on("v", 2, 1))
    write(project.lake, "rejected", "v", "c")
    write(project.lake, "published", "v", "a", "b")
    assert stored_ids(project) == ["a", "b", "c"]
    take_out(project.lake, "published", "L2", BATCH, ["a"], "request-1")
    assert stored_ids(project) == ["b", "c"]


def test_a_publication_during_the_reading_is_a_conflict(project, monkeypatch):
    project.ledger.record(verdict_on("v", 1, 0))
    write(project.lake, "published", "v", "a")
    version = type(project.lake).version

    def meanwhile(lake: Lake, zone: str, level: str) -> int:
        if zone == "rejected":
            write(lake, "published", "v", "a", "b")
        return version(lake, zone, level)

    monkeypatch.setattr(type(project.lake), "version", meanwhile)
    with pytest.raises(Conflict, match="ask again"):
        stored_ids(project)


def test_a_verdict_whose_rows_are_not_yet_written_does_not_stand(project):
    project.ledger.record(verdict_on("old", 0, 2))
    write(project.lake, "rejected", "old", "a", "b")
    project.ledger.record(replace(verdict_on("new", 0, 2), at="later"))
    assert stored_ids(project) == ["a", "b"]


def test_numbers_at_an_axis_are_written_out():
    assert [short(one) for one in (0.0, 0.12345, 12.345, 999.9, 11170.0, -2_500_000.0)] == [
        "0", "0.1235", "12.35", "999.9", "11170", "-2500000",
    ]  # fmt: skip
