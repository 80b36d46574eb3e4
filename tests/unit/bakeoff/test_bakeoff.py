"""Bake-offs over real HTTP: the same sample for all, figures that add up, nothing published, nothing paid twice."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from darwin_assets.bakeoff import show
from darwin_assets.bakeoff.candidates import BakeoffError, load_candidates
from darwin_assets.bakeoff.run import Bakeoff, Outcome, run_bakeoff
from darwin_assets.cli import app
from darwin_assets.complete.prompt import COMPLETION
from darwin_assets.project import Project
from darwin_assets.promotion import find_publication
from darwin_assets.recipe import Recipe
from darwin_assets.refine.assets import build_l4
from darwin_assets.refine.prompt import FAITHFUL, REORGANISING
from darwin_assets.tier import Step, call_table
from resources.language_model import LanguageModel
from resources.language_model.judge import Judge
from resources.language_model.scripted import ScriptedServer
from tests.models import write_tiny_gguf
from tests.published import publish
from tests.scripts import by_role, explained, prefer, tidy

BATCH = "2026-01-31.test.0001"
TEXT = (
    "A pendulum of 67 m swings slowly. Its plane turns by 11 degrees an hour, which nobody had seen before.\n\n"
    "Page 12\n\nThe bob of document {} weighs 28 kg. It hangs from a steel wire."
)
N = 6


def invents(chunk: str) -> str:
    """A refiner that changes a number."""
    return tidy(chunk.replace("28 kg", "29 kg"))


@pytest.fixture
def servers() -> Iterator[dict[str, ScriptedServer]]:
    arbiter = prefer("Page 12")
    scripts = {
        "good": by_role(refiner=tidy, completer=explained, arbiter=arbiter),
        "inventive": by_role(refiner=invents, completer=lambda window: f"{window} And 5 GeV more."),
        "chatty": by_role(refiner=lambda _: "Sure, I can do that for you!", completer=lambda _: "Sure!"),
    }
    with (
        ScriptedServer(scripts["good"], model="good", enforces_schema=False) as good,
        ScriptedServer(scripts["inventive"], model="inventive", enforces_schema=False) as inventive,
        ScriptedServer(scripts["chatty"], model="chatty", enforces_schema=False) as chatty,
    ):
        yield {"good": good, "inventive": inventive, "chatty": chatty}


@pytest.fixture
def published(project: Project) -> Project:
    for level in ("L3", "L4"):
        publish(project, level, BATCH, [TEXT.format(place) for place in range(N)], document_kind="paper")
    return project


def write(folder: Path, *candidates: str) -> Path:
    path = folder / "candidates.toml"
    path.write_text("\n".join(f"[[candidate]]\n{one}\n" for one in candidates), encoding="utf-8")
    return path


@pytest.fixture
def contest(servers: dict[str, ScriptedServer], tmp_path: Path) -> Callable[..., Path]:
    def written(*names: str) -> Path:
        prices = "self_test = false, price_input = 1000000.0, price_output = 2000000.0"
        return write(
            tmp_path,
            *(f'name = "{name}"\nmodel = {{ base_urls = ["{servers[name].url}"], {prices} }}' for name in names),
        )

    return written


def held(project: Project, path: Path, level: str = "L4", judge: Judge | None = None, n: int = 4) -> Outcome:
    chosen = replace(project, judge=judge) if judge else project
    return run_bakeoff(chosen, Bakeoff(level, BATCH, n), load_candidates(path, level, Recipe(), project.model))


def test_every_candidate_gets_the_same_documents_and_its_figures_add_up(
    published: Project, contest: Callable[..., Path]
) -> None:
    outcome = held(published, contest("good", "inventive", "chatty"))
    good, inventive, chatty = outcome.results
    assert len(outcome.document_ids) == 4
    assert [one.n_pieces for one in outcome.results] == [4, 4, 4]
    assert (good.states, good.fallbacks, good.fallback_share) == ({"cleaned": 4}, {}, 0.0)
    assert inventive.states == {"fell_back": 4}
    assert all(reason.startswith("guard_") for reason in inventive.fallbacks)
    assert (inventive.fallback_share, inventive.malformed_share) == (1.0, 0.0)
    assert chatty.fallbacks == {"missing_tags": 4}
    assert (chatty.malformed_share, chatty.kept) == (1.0, 1.0)
    assert good.kept == pytest.approx(1 - len("Page 12\n\n") / len(TEXT.format(0)), abs=1e-6)
    # one answer was enough for a good one; the others were asked again on the whole ladder of temperatures
    assert (good.n_calls, inventive.n_calls, chatty.n_calls) == (4, 16, 16)
    for one in outcome.results:
        assert one.cost == one.paid == pytest.approx(one.prompt_tokens + 2 * one.completion_tokens)
        assert one.tokens_per_second > 0
        assert one.preference is None


def test_the_ledger_holds_what_the_servers_counted(
    published: Project, contest: Callable[..., Path], servers: dict[str, ScriptedServer]
) -> None:
    results = held(published, contest("good", "inventive")).results
    calls = call_table(published.lake).scan().collect()
    assert calls["run_id"].str.starts_with("bakeoff-").all()
    for one, server in zip(results, (servers["good"], servers["inventive"]), strict=True):
        assert one.prompt_tokens == server.counters["prompt_tokens_total"]
        assert one.completion_tokens == server.counters["generation_tokens_total"]
    assert int(calls["prompt_tokens"].sum()) == sum(one.prompt_tokens for one in results)


def test_nothing_is_published_and_a_run_of_the_batch_pays_nothing_again(
    published: Project, contest: Callable[..., Path], servers: dict[str, ScriptedServer]
) -> None:
    version = published.lake.version("published", "L4")
    first = held(published, contest("good"), n=N).results[0]
    assert published.lake.version("published", "L4") == version
    assert find_publication(published.lake, published.ledger, "L5", BATCH) is None
    again = held(published, contest("good"), n=N).results[0]
    assert (again.n_calls, again.n_stored, again.tokens_per_second) == (0, N, None)
    assert (again.paid, again.cost) == (0.0, first.cost)
    spent = dict(servers["good"].counters)
    model = LanguageModel(engine="openai", base_urls=[servers["good"].url])
    rows = published.lake.read("published", "L3", BATCH, published.lake.version("published", "L3"))
    build_l4(Step("L4", BATCH, "run", Recipe(), published.lake, published.raw, model, 1), rows, 0)
    assert servers["good"].counters == spent


def test_a_judge_compares_each_with_the_first(
    published: Project, contest: Callable[..., Path], servers: dict[str, ScriptedServer]
) -> None:
    judge = Judge(engine="openai", base_urls=[servers["good"].url])
    outcome = held(published, contest("good", "chatty", "inventive"), judge=judge)
    first, chatty, inventive = outcome.results
    assert first.preference is None
    # the arbiter of this test likes page numbers, which only a piece that fell back still has
    assert (chatty.preference.wins, chatty.preference.share) == (4, 1.0)
    assert chatty.preference.low < 1.0 == chatty.preference.high
    assert inventive.preference.wins == 4
    assert outcome.judge == judge.fingerprint()


def test_a_judge_that_is_down_costs_only_the_comparison(published: Project, contest: Callable[..., Path]) -> None:
    outcome = held(published, contest("good", "chatty"), judge=Judge(engine="openai", base_urls=["http://127.0.0.1:9"]))
    assert [one.n_pieces for one in outcome.results] == [4, 4]
    assert "no language model server answers" in outcome.judge_stopped
    assert "The judge was stopped" in "\n".join(show.lines(outcome))


def test_equal_candidates_tie_without_being_judged(
    published: Project, contest: Callable[..., Path], servers: dict[str, ScriptedServer], tmp_path: Path
) -> None:
    url = servers["good"].url
    path = write(tmp_path, *(f'name = "{name}"\nmodel = {{ base_urls = ["{url}"] }}' for name in ("one", "two")))
    results = held(published, path, judge=Judge(engine="openai", base_urls=[url])).results
    assert (results[1].preference.ties, results[1].preference.share) == (4, 0.5)
    assert results[1].n_stored == 4


def test_l5_completes_documents_of_l4(
    published: Project, contest: Callable[..., Path], servers: dict[str, ScriptedServer]
) -> None:
    judge = Judge(engine="openai", base_urls=[servers["good"].url])
    good, inventive = held(published, contest("good", "inventive"), "L5", judge).results
    assert good.states == {"completed": 4}
    assert good.kept > 1
    assert good.prompt.startswith("cognitive_completion.v1.")
    assert inventive.states == {"fell_back": 4}
    assert inventive.preference.wins + inventive.preference.losses + inventive.preference.ties == 4


def test_rules_can_take_part_and_a_dead_server_stops_only_itself(
    published: Project, servers: dict[str, ScriptedServer], tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        'name = "rules"\nmodel = { engine = "rules" }',
        'name = "nobody"\nmodel = { base_urls = ["http://127.0.0.1:9"] }',
        f'name = "good"\nmodel = {{ base_urls = ["{servers["good"].url}"] }}',
    )
    outcome = held(published, path)
    rules, nobody, good = outcome.results
    assert (rules.engine, rules.prompt, rules.n_calls, rules.cost) == ("rules/1", "", 0, 0.0)
    assert rules.n_pieces == good.n_pieces == 4
    assert "no language model server answers" in nobody.stopped
    assert nobody.fallback_share is None
    drawn = {line.split()[0]: line.split()[-2:] for line in show.lines(outcome) if line}
    assert (drawn["nobody"], drawn["good"]) == (["nobody", "stopped"], ["fell", "back"])


def test_a_prompt_of_ones_own_and_the_other_recipe(
    published: Project, servers: dict[str, ScriptedServer], tmp_path: Path
) -> None:
    (tmp_path / "short.v1.md").write_text(
        "You clean excerpts. Answer in <CLEANED_TEXT></CLEANED_TEXT>.\n", encoding="utf-8"
    )
    model = f'model = {{ base_urls = ["{servers["good"].url}"] }}'
    path = write(
        tmp_path,
        f'name = "own"\nprompt = "short.v1.md"\n{model}',
        f'name = "reorganising"\nrecipe = "reorganising"\n{model}',
        f'name = "named"\nprompt = "faithful_refiner.v1"\n{model}',
        f'name = "implied"\nprompt = "reorganiser.v1"\n{model}',
    )
    own, reorganising, named, implied = held(published, path).results
    assert own.prompt.startswith("short.v1.")
    assert (reorganising.prompt.split(".")[0], reorganising.recipe) == ("reorganiser", "reorganising")
    assert (named.prompt.split(".")[0], named.recipe) == ("faithful_refiner", "faithful")
    assert implied.recipe == "reorganising"


def test_candidates_are_checked_before_anything_runs(tmp_path: Path) -> None:
    def refused(*candidates: str, level: str = "L4") -> str:
        with pytest.raises(BakeoffError) as caught:
            load_candidates(write(tmp_path, *candidates), level, Recipe(), LanguageModel())
        return str(caught.value)

    assert "at least 1" in refused() or "required" in refused()
    assert "same name" in refused('name = "a"', 'name = "a"')
    assert "not valid TOML" in refused("name = ")
    assert "extra" in refused('name = "a"\nmodle = {}').lower()
    assert "name one of faithful_refiner.v1" in refused('name = "a"\nprompt = "absent.v1"')
    assert "only L4 has recipes" in refused('name = "a"\nrecipe = "faithful"', level="L5")
    assert "api_key_variable" in refused('name = "a"\nmodel = { api_key = "secret" }')
    assert "window" in refused('name = "a"\nmodel = { window = 0 }')
    assert "no field price_inputs" in refused('name = "a"\nmodel = { engine = "scripted", price_inputs = 0.1 }')
    rules = 'name = "a"\nmodel = { engine = "rules" }'
    assert "always faithful" in refused(f'{rules}\nrecipe = "reorganising"')
    assert "always faithful" in refused(f'{rules}\nprompt = "reorganiser.v1"')


def test_what_a_candidate_leaves_out_is_the_projects(tmp_path: Path) -> None:
    model = LanguageModel(engine="scripted")
    path = write(tmp_path, 'name = "plain"', 'name = "file"\nmodel = { gguf = "a.gguf" }\napi_key_variable = "KEY"')
    plain, file = load_candidates(path, "L4", Recipe(), model)
    assert (plain.model is model, plain.prompt) == (True, FAITHFUL)
    assert file.model.engine == "llama_cpp"
    (fifth, _) = load_candidates(path, "L5", Recipe(), model)
    assert fifth.prompt == COMPLETION
    reorganising = Recipe.model_validate({"refine": {"recipe": "reorganising"}})
    assert load_candidates(path, "L4", reorganising, model)[0].prompt == REORGANISING
    assert load_candidates(path, "L4", reorganising, LanguageModel())[0].prompt == FAITHFUL


def test_the_command_shows_table_plot_and_json(
    published: Project, contest: Callable[..., Path], servers: dict[str, ScriptedServer], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DARWIN_JUDGE_URL", servers["good"].url)
    arguments = ["bakeoff", str(contest("good", "chatty")), BATCH, "--documents", "3"]
    told = CliRunner().invoke(app, [*arguments, "--plot", str(tmp_path / "plot.svg")], env={"COLUMNS": "200"})
    assert told.exit_code == 0, told.output
    for part in ("fell back", "missing_tags", "preferred to good", "answer tokens/s", "Nothing was published"):
        assert part in told.output
    svg = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert svg.count("<circle") == 1
    assert "chatty" in svg
    found = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert [one["name"] for one in found["candidates"]] == ["good", "chatty"]
    assert found["candidates"][1]["preference"]["wins"] == 3
    assert len(found["document_ids"]) == 3


def test_a_wrong_level_or_batch_is_an_error(published: Project, contest: Callable[..., Path]) -> None:
    path = contest("good")
    assert CliRunner().invoke(app, ["bakeoff", str(path), BATCH, "--level", "L3"]).exit_code == 2
    missing = CliRunner().invoke(app, ["bakeoff", str(path), "2026-01-31.nothing.0001"])
    assert "is not published" in str(missing.exception)


def test_the_plot_of_no_verdict_is_drawn(published: Project, contest: Callable[..., Path]) -> None:
    outcome = held(published, contest("good", "chatty"))
    assert "No judge compared them" in "\n".join(show.lines(outcome))
    assert "<circle" not in show.svg(outcome)


@pytest.mark.slow
def test_a_model_of_random_weights_falls_back_everywhere(
    published: Project, servers: dict[str, ScriptedServer], tmp_path: Path
) -> None:
    gguf = write_tiny_gguf(tmp_path / "tiny.gguf")
    path = write(
        tmp_path,
        f'name = "tiny"\nmodel = {{ gguf = "{gguf}", slots = 2, context_tokens = 32768 }}',
        f'name = "good"\nmodel = {{ base_urls = ["{servers["good"].url}"] }}',
    )
    judge = Judge(engine="llama_cpp", gguf=str(gguf), slots=2, context_tokens=32768)
    tiny, good = held(published, path, judge=judge, n=2).results
    assert tiny.states == {"fell_back": 2}
    assert (tiny.kept, good.states) == (1.0, {"cleaned": 2})
    assert good.preference.wins + good.preference.losses + good.preference.ties + good.preference.malformed == 2
