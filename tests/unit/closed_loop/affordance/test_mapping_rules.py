"""From weaknesses to a profile, what is held of it, and proposed actions; and what evidence makes of a rule."""

import difflib
import json
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.closed_loop.actions import ActionName, manifest, propose
from darwin_assets.closed_loop.affordance.settings import ActionSettings, RuleSettings
from darwin_assets.closed_loop.columns import AFFORDANCES, DIAGNOSES, OPERATIONS, RULE_EVIDENCE
from darwin_assets.closed_loop.data_side import data_side
from darwin_assets.closed_loop.holdings import holdings
from darwin_assets.closed_loop.mapping import PROFILE, WEAKNESSES, Rule, Status, profile, rules, weaknesses
from darwin_assets.closed_loop.report.data_side import blocks
from darwin_assets.closed_loop.rule_status import statuses
from darwin_assets.closed_loop.settings import ClosedLoopSettings

FIELDS = {"content_world": ["mathematics"], "discourse": ["worked_example"], "operations": ["counting"]}


def rule(name: str = "more-counting", action: ActionName = "reweight", **when: object) -> Rule:
    said = {"id": name, "action": action, "rationale": "Because.", "when": {"min_weakness": 0.01, **when}}
    return Rule.model_validate({**said, "then": {**FIELDS, "min_supervision_density": 2}})


def weak(**of: object) -> pl.DataFrame:
    """One weakness of a known slice."""
    known = {
        "checkpoint": "new", "benchmark": "sums", "cell": "c1", "background": "none", "task_type": "mathematical_problem",
        "operations": ["arithmetic", "counting"], "form": "number", "weakness": 0.05,
    }  # fmt: skip
    return pl.DataFrame([{**known, **of}], schema=WEAKNESSES)


def proposed(weakness: pl.DataFrame, *known: Rule, status: Status = "hypothesis") -> pl.DataFrame:
    return profile(weakness, known, {one.id: status for one in known})


def row(name: str, density: int = 2, tokens: int = 10, **of: object) -> dict[str, object]:
    """A row of AFFORDANCES that holds what `rule` asks for."""
    known = {"content_world": "mathematics", "discourse": "worked_example", "operations": ["arithmetic", "counting"]}
    where = {"id": name, "root_id": name, "level": "Q5", "source": "books", "licence": "CC-BY-4.0", "text_sha256": name}
    return {**where, **known, "tokens": tokens, "symbols": [], "supervision_density": density, **of}


def rows(*of: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(of), schema=AFFORDANCES)


def test_every_rule_starts_as_a_hypothesis() -> None:
    assert {one.status for one in rules()} == {"hypothesis"}
    assert set(statuses(rules(), RULE_EVIDENCE.to_frame(), RuleSettings()).values()) == {"hypothesis"}


def test_the_rules_propose_each_action() -> None:
    assert {one.action for one in rules()} == {"add", "remove", "reweight", "repair"}


def test_a_slice_gives_the_expected_profile() -> None:
    (found,) = proposed(weak(), rule(task_type=["mathematical_problem"])).iter_rows(named=True)
    assert found["rule"] == "more-counting"
    assert found["checkpoints"] == ["new"]
    assert found["cells"] == ["sums: c1"]
    assert {name: found[name] for name in FIELDS} == FIELDS
    assert (found["min_supervision_density"], found["weakness"]) == (2, 0.05)


@pytest.mark.parametrize(
    ("weakness", "expected"),
    [
        (
            {"operations": ["arithmetic", "unit_handling"]},
            {"worked-examples-of-the-combination", "explained-combination", "steps-for-bare-answers", "quantities-with-units",
             "noise-about-the-combination"},
        ),
        ({"operations": ["boundary_cases"], "task_type": None, "weakness": 0.006}, {"edges-in-proofs"}),
        ({"task_type": "code_generation", "operations": ["program_synthesis"], "weakness": 0.006}, {"programs-with-words"}),
        ({"weakness": 0.001}, set()),
    ],
)  # fmt: skip
def test_a_slice_gives_what_the_rules_say(weakness: dict[str, object], expected: set[str]) -> None:
    assert set(proposed(weak(**weakness), *rules())["rule"]) == expected


@pytest.mark.parametrize(
    ("weakness", "when"),
    [
        ({"weakness": 0.005}, {}),
        ({"task_type": "proof"}, {"task_type": ["mathematical_problem"]}),
        ({"task_type": None}, {"task_type": ["mathematical_problem"]}),
        ({"operations": ["counting"]}, {"operations": ["arithmetic", "counting"]}),
        ({"background": "table"}, {"background": ["none", "rules"]}),
        ({"form": None}, {"form": ["number"]}),
    ],
)
def test_a_rule_holds_only_where_all_that_it_says_does(weakness: dict[str, object], when: dict[str, object]) -> None:
    assert proposed(weak(), rule(**when)).height == 1
    assert proposed(weak(**weakness), rule(**when)).is_empty()


def test_without_operations_of_its_own_a_rule_asks_for_those_of_the_weakness() -> None:
    general = rule().model_copy(update={"then": rule().then.model_copy(update={"operations": ()})})
    assert proposed(weak(), general)["operations"].to_list() == [["arithmetic", "counting"]]
    assert proposed(weak(operations=["other"]), general).is_empty()


def test_a_row_of_the_profile_stands_for_all_that_wish_the_same() -> None:
    both = pl.concat([weak(), weak(checkpoint="older", cell="c2", weakness=0.02)])
    (found,) = proposed(both, rule()).iter_rows(named=True)
    assert (found["checkpoints"], found["cells"], found["weakness"]) == (
        ["new", "older"],
        ["sums: c1", "sums: c2"],
        0.05,
    )


def test_a_refuted_rule_proposes_nothing() -> None:
    assert proposed(weak(), rule(), status="supported").height == 1
    assert proposed(weak(), rule(), status="refuted").is_empty()


def test_values_that_the_taxonomy_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="task_type: the taxonomy has no sport"):
        rule(task_type=["sport"])


def test_ids_that_repeat_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps({"rules": [rule().model_dump(mode="json")] * 2}), encoding="utf-8")
    with pytest.raises(ValueError, match="an id stands twice"):
        rules(file)


def evidence(*credited: bool, of: Rule | None = None, sha256: str | None = None) -> pl.DataFrame:
    """One validation of a rule after another."""
    said = of or rule()
    found = [
        {
            "rule": said.id,
            "rule_sha256": sha256 or said.sha256,
            "validation": f"v{place}",
            "mix": f"m{place}",
            "credited": one,
        }
        for place, one in enumerate(credited)
    ]
    return pl.DataFrame(found, schema=RULE_EVIDENCE)


@pytest.mark.parametrize(
    ("credited", "status"),
    [
        ((), "hypothesis"),
        ((True,), "hypothesis"),
        ((False,), "hypothesis"),
        ((True, True), "supported"),
        ((False, False), "refuted"),
        ((True, False), "hypothesis"),
        ((True, True, True, False), "supported"),
        ((False, False, False, True), "refuted"),
    ],
)
def test_status_follows_from_the_evidence(credited: tuple[bool, ...], status: Status) -> None:
    assert statuses((rule(),), evidence(*credited), RuleSettings()) == {"more-counting": status}


def test_an_intervention_counts_once() -> None:
    again = pl.concat([evidence(True), evidence(True)])
    assert statuses((rule(),), again, RuleSettings()) == {"more-counting": "hypothesis"}


def test_a_mix_counts_once_by_its_first_validation() -> None:
    one_mix = evidence(True, True, False, False).with_columns(mix=pl.lit("m"))
    settings = RuleSettings(min_validations=1)
    assert statuses((rule(),), one_mix, RuleSettings()) == {"more-counting": "hypothesis"}
    assert statuses((rule(),), one_mix.reverse(), settings) == {"more-counting": "supported"}


def test_evidence_belongs_to_the_wording_of_a_rule() -> None:
    changed = rule(task_type=["proof"])
    assert changed.sha256 != rule().sha256
    assert rule().model_copy(update={"rationale": "Other words."}).sha256 == rule().sha256
    assert statuses((changed,), evidence(True, True), RuleSettings()) == {"more-counting": "hypothesis"}


def test_holdings_by_level_source_and_licence() -> None:
    held = rows(
        row("a"), row("b", tokens=5), row("c", density=1), row("d", source="web"), row("e", licence=None),
        row("f", operations=["arithmetic"]), row("g", content_world="physics"), row("h", discourse="exposition"),
    )  # fmt: skip
    found = holdings(proposed(weak(), rule()), held).drop("profile")
    assert found.rows() == [
        ("Q5", "books", "CC-BY-4.0", 2, 15, 1, 10),
        ("Q5", "books", None, 1, 10, 0, 0),
        ("Q5", "web", "CC-BY-4.0", 1, 10, 0, 0),
    ]


def actions_of(action: ActionName, *held: dict[str, object], min_tokens: int = 15) -> str:
    wanted = proposed(weak(), rule(action=action))
    return manifest(propose(wanted, rows(*held), ActionSettings(min_tokens=min_tokens)))


@pytest.mark.parametrize(("action", "held"), [("add", "reweight"), ("reweight", "reweight")])
def test_what_is_held_is_reweighted_and_what_is_not_is_added(action: ActionName, held: str) -> None:
    (lacking,) = json.loads(actions_of(action, row("a")))["actions"]
    assert (lacking["action"], lacking["tokens_held"], lacking["tokens_missing"]) == ("add", {"Q5": 10}, 5)
    (enough,) = json.loads(actions_of(action, row("a"), row("b")))["actions"]
    assert (enough["action"], enough["rows_held"], enough["tokens_held"]) == (held, {"Q5": 2}, {"Q5": 20})
    assert "tokens_missing" not in enough


@pytest.mark.parametrize(
    ("action", "questions", "repaired_at"),
    [("remove", ["a", "b"], None), ("repair", ["b"], {"L3": "L5", "Q5": "Q3"})],
)
def test_rows_that_lack_density_only_are_named(
    action: ActionName, questions: list[str], repaired_at: dict[str, str] | None
) -> None:
    """Of those that show nothing of the steps none can be repaired."""
    held = [row("b", density=1), row("a", density=0), row("dense"), row("other", discourse="exposition", density=0)]
    (found,) = json.loads(actions_of(action, *held, row("document", density=1, level="L3")))["actions"]
    assert found["rows"] == {"L3": ["document"], "Q5": questions}
    assert found.get("repaired_at") == repaired_at


def test_levels_do_not_add_up() -> None:
    (found,) = json.loads(actions_of("reweight", row("question"), row("document", level="L3")))["actions"]
    assert (found["action"], found["tokens_held"], found["tokens_missing"]) == ("add", {"L3": 10, "Q5": 10}, 5)


@pytest.mark.parametrize("action", ["remove", "repair"])
def test_without_such_rows_there_is_no_action(action: ActionName) -> None:
    assert json.loads(actions_of(action, row("dense")))["actions"] == []


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        ("add", {
            '"Q5": 1', '"Q5": 2', '"Q5": 10', '"Q5": 20', '"tokens_missing": 90,', '"tokens_missing": 80,',
        }),
        ("remove", {'"two"', '"one"', '"one",'}),
        ("repair", {'"two"', '"one"', '"one",'}),
    ],
)  # fmt: skip
def test_manifests_differ_in_what_changed_only(action: ActionName, changed: set[str]) -> None:
    density = 2 if action == "add" else 1
    before = actions_of(action, row("one", density), min_tokens=100)
    after = actions_of(action, row("one", density), row("two", density), min_tokens=100)
    difference = difflib.ndiff(before.splitlines(), after.splitlines())
    assert {line[2:].strip() for line in difference if line[:1] in "+-"} == changed


def test_a_manifest_of_reweighting_differs_in_the_weakness_only() -> None:
    known, settings = rule(), ActionSettings(min_tokens=1)
    one, other = (propose(proposed(weak(weakness=w), known), rows(row("a")), settings) for w in (0.05, 0.02))
    difference = difflib.ndiff(manifest(one).splitlines(), manifest(other).splitlines())
    assert {line[2:].strip() for line in difference if line[:1] in "+-"} == {'"weakness": 0.05', '"weakness": 0.02'}


def diagnosed() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A slice that the data are at fault for among others; operations that stand out, and a pair that does not."""
    cell = {
        "checkpoint": "new",
        "benchmark": "sums",
        "level": "slice",
        "cell": "c1",
        "share": 0.5,
        "verdict": "data",
        "explained": [
            {"cause": "termination", "verdict": "supervision", "points": 4.0},
            {"cause": "capability", "verdict": "data", "points": 10.0},
        ],
    }
    fields = {"task_type": "mathematical_problem", "operations": ["arithmetic", "counting"]}
    others = [{"level": "benchmark"}, {"verdict": "channel"}]
    cells = pl.DataFrame([{**cell, **fields}, *({**cell, **fields, **one} for one in others)], schema=DIAGNOSES)
    pair = {
        "checkpoint": "new", "benchmark": "sums", "operation": "counting", "other": "comparison", "weakness": 0.02,
        "task_type": "mathematical_problem",
    }  # fmt: skip
    kept = [
        {**pair, "kept": True},
        {**pair, "other": "retrieval", "kept": False},
        {**pair, "other": None, "kept": True},
    ]
    return cells, pl.DataFrame(kept, schema=OPERATIONS)


def test_weaknesses_are_what_the_data_are_to_blame_for() -> None:
    found = weaknesses(*diagnosed())
    assert found.select("cell", "operations", "weakness").rows() == [
        ("c1", ["arithmetic", "counting"], 0.05),
        ("comparison + counting", ["comparison", "counting"], 0.02),
        ("counting", ["counting"], 0.02),
    ]


def test_a_pair_that_stands_out_is_looked_for_in_worked_examples() -> None:
    cells, operations = diagnosed()
    side = data_side(cells.clear(), operations, None, RULE_EVIDENCE.to_frame(), ClosedLoopSettings())
    examples = side.profile.filter(rule="worked-examples-of-the-combination")
    assert sorted(examples["operations"].to_list()) == [["comparison", "counting"], ["counting"]]


def test_the_data_side_of_a_diagnosis() -> None:
    held = rows(row("a", density=3, tokens=200_000), row("b", density=1))
    side = data_side(*diagnosed(), held, RULE_EVIDENCE.to_frame(), ClosedLoopSettings())
    assert side.profile.schema == PROFILE
    done = {(one.rule, one.action) for one in side.actions}
    assert ("worked-examples-of-the-combination", "reweight") in done
    assert ("steps-for-bare-answers", "repair") in done
    shown = "\n\n".join(blocks(side))
    assert "What the lake holds of it" in shown
    assert "would fit but for their density (1; Q5 at Q3)" in shown
    again = data_side(*diagnosed(), held, RULE_EVIDENCE.to_frame(), ClosedLoopSettings())
    assert manifest(side.actions) == manifest(again.actions)


def test_without_a_lake_only_the_profile_is_told() -> None:
    side = data_side(*diagnosed(), None, RULE_EVIDENCE.to_frame(), ClosedLoopSettings())
    assert side.profile.height > 0
    assert side.actions == ()
    assert blocks(side)[-1].startswith("No lake was looked at")


def test_where_no_verdict_says_data_nothing_is_proposed() -> None:
    cells, operations = diagnosed()
    side = data_side(cells.clear(), operations.clear(), rows(row("a")), RULE_EVIDENCE.to_frame(), ClosedLoopSettings())
    assert side.profile.is_empty()
    assert (side.actions, blocks(side)) == ((), [])
