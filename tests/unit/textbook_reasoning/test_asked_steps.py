"""The question ladder with a language model: what became of each row, over real HTTP, with a server that fails too."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl
import pytest

from darwin_assets.project import Project
from darwin_assets.recipe import Recipe
from darwin_assets.textbook_reasoning.asked import books, extract, refine, select
from darwin_assets.textbook_reasoning.asked.settings import (
    AskedExtractionSettings,
    AskedReferenceSettings,
    AskedRefinementSettings,
)
from darwin_assets.textbook_reasoning.levels import extraction
from darwin_assets.textbook_reasoning.reference_settings import ReferenceSettings
from darwin_assets.textbook_reasoning.select_settings import SelectSettings
from darwin_assets.tier import Step
from resources.language_model import LanguageModel
from resources.language_model.judge import Judge
from tests.chat_server import ChatServer, Fault, Plan, no_faults
from tests.question_models import Said, always, by_prompt, decides, refined

FALL = "A stone falls from rest for 2 s. How far does it fall?"
FELL = "It falls 20 m."
EXPLAINED = "With $s = g t^2 / 2$ and $g = 10$ m/s$^2$ it falls $s = 10 \\cdot 2^2 / 2 = \\boxed{20\\ \\text{m}}$."
EXCERPT = f"Take $g = 10$ m/s$^2$.\n\n**Exercise**\n\n{FALL}\n\n**Solution**\n\n{FELL}"
MODEL = {"window": 4, "self_test": False, "retry_temperatures": [0.5], "backoff_seconds": 0.02, "max_attempts": 2}


@dataclass
class Desk:
    """A step whose model is a scripted server."""

    step: Step
    server: ChatServer
    asked: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def desk(project: Project) -> Iterator[Callable[..., Desk]]:
    servers: list[ChatServer] = []

    def opened(plan: Plan = no_faults, **said: Said) -> Desk:
        asked: Counter[str] = Counter()

        def counted(role: str, one: Said) -> Said:
            def say(parts: dict[str, str]) -> str:
                asked[role] += 1
                return one(parts)

            return say

        server = ChatServer(plan, script=by_prompt(**{role: counted(role, one) for role, one in said.items()}))
        server.__enter__()
        servers.append(server)
        model = LanguageModel(engine="openai", base_urls=[server.url], **MODEL)
        step = Step("Q3", "b", "run", Recipe(), project.lake, project.raw, model, n_parsers=1)
        return Desk(step, server, asked)

    yield opened
    for server in servers:
        server.__exit__(None, None, None)


def pairs(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    schema = {"id": pl.String(), "question": pl.String(), "answer": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(excerpt=pl.lit(EXCERPT))


def chunks(*rows: tuple[str, int, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["id", "chunk", "text", "subject"], orient="row")


class TestExtraction:
    def test_both_standards_are_asked_of_every_chunk(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            high=lambda parts: f"Question: {FALL}" if FALL in parts["EXAMPLE"] else "[NO QA]",
            low=lambda parts: f"Question: {FALL}\nAnswer: {FELL}" if FALL in parts["EXAMPLE"] else "[NO QA]",
        )
        rows = chunks(
            ("a", 0, EXCERPT, "physics"), ("a", 1, "Nothing is asked here.", "physics"), ("b", 0, EXCERPT, "biology")
        )
        built = extract.extract_with_model(found.step, rows, AskedExtractionSettings())
        assert built.schema == pl.Schema(extract.PAIRS)
        assert built.select("id", "chunk", "standard", "ordinal", "question", "answer").rows() == [
            ("a", 0, "low", 0, FALL, FELL),
            ("b", 0, "low", 0, FALL, FELL),
            ("a", 0, "high", 0, FALL, None),
            ("b", 0, "high", 0, FALL, None),
        ]
        assert built["rejected_by"].null_count() == built["question_support"].sum() == 4
        assert [one.rpartition(".v1.")[0] for one in built["prompt"]] == [
            "extract_physics_low",
            "extract_biology_low",
            "extract_physics_high",
            "extract_biology_high",
        ]
        assert found.asked == {"high": 3, "low": 3}

    def test_what_the_chunk_does_not_hold_was_made_up(self, desk: Callable[..., Desk]) -> None:
        made_up = "Which enzyme unwinds double helices during replication?"
        found = desk(low=always(f"Question: {FALL}\nAnswer: {FELL}\n\nQuestion: {made_up}\nAnswer: Helicase"))
        settings = AskedExtractionSettings(standards=("low",))
        built = extract.extract_with_model(found.step, chunks(("a", 0, EXCERPT, "physics")), settings)
        assert built.select("question", "rejected_by", "rejected_kind", "rejected_threshold").rows() == [
            (FALL, None, None, None),
            (made_up, extract.UNSUPPORTED, "rule", "0.6.."),
        ]
        assert built["rejected_value"][1] == 0.0

    def test_a_useless_answer_is_a_failure_of_its_chunk_alone(self, desk: Callable[..., Desk]) -> None:
        found = desk(low=lambda parts: f"Question: {FALL}\nAnswer: {FELL}" if FALL in parts["EXAMPLE"] else "Hm.")
        rows = chunks(("a", 0, "Other text.", "physics"), ("a", 1, EXCERPT, "physics"))
        built = extract.extract_with_model(found.step, rows, AskedExtractionSettings(standards=("low",)))
        assert built.select("chunk", "question", "rejected_by", "rejected_kind", "rejected_detail").rows() == [
            (1, FALL, None, None, None),
            (0, None, extract.NO_ANSWER, "failure", "no_pairs"),
        ]
        assert found.asked["low"] == 1 + 2

    def test_another_subject_has_no_prompt(self, desk: Callable[..., Desk]) -> None:
        with pytest.raises(ValueError, match="law"):
            extract.extract_with_model(desk().step, chunks(("a", 0, EXCERPT, "law")), AskedExtractionSettings())

    def test_there_are_as_many_prompts_as_may_be_used(self) -> None:
        assert len(set(extract.prompts_of(AskedExtractionSettings()))) == 14
        assert len(extract.prompts_of(AskedExtractionSettings(standards=("high",)))) == 7


def refined_rows(desk: Desk, rows: pl.DataFrame, **settings: object) -> pl.DataFrame:
    built = refine.refine_with_model(desk.step, rows, AskedRefinementSettings(**settings), ReferenceSettings())
    assert built.schema == pl.Schema(refine.PAIRS)
    assert built["id"].to_list() == rows["id"].to_list()
    return built


class TestRefinement:
    def test_an_answer_gains_its_steps(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            refine=always(refined(FALL, EXPLAINED)),
            judge=decides(lambda parts: "=" in parts["ANSWER"]),
            filter=decides(bool),
        )
        row = refined_rows(found, pairs(("a", FALL, FELL))).row(0, named=True)
        assert (row["question"], row["answer"], row["answer_by"], row["rejected_by"]) == (
            FALL,
            EXPLAINED,
            "refined",
            None,
        )
        assert (row["shows_reasoning"], row["result_changed"]) == (True, False)
        assert {one["name"]: one["value"] for one in row["guards"]}["lost_question_numbers"] == 0
        assert found.asked == {"refine": 1, "judge": 1, "filter": 1}

    def test_a_wrong_answer_is_put_right_and_shown(self, desk: Callable[..., Desk]) -> None:
        said = {"refine": always(refined(FALL, EXPLAINED)), "judge": decides(bool), "filter": decides(bool)}
        wrong = pairs(("a", FALL, "It falls 40 m."))
        assert refined_rows(desk(**said), wrong)["result_changed"].to_list() == [True]
        strict = refined_rows(desk(**said), wrong, may_correct=False)
        assert strict.select("rejected_by", "rejected_kind", "rejected_detail").row(0) == (
            refine.NOT_REFINED,
            "failure",
            "guard_kept_result",
        )

    def test_an_empty_answer_is_found_in_the_excerpt(self, desk: Callable[..., Desk]) -> None:
        found = desk(refine=always(refined(FALL, EXPLAINED)), judge=decides(bool), filter=decides(bool))
        built = refined_rows(found, pairs(("a", FALL, None), ("b", FALL, "")))
        assert built["answer"].to_list() == [EXPLAINED] * 2
        assert built["result_changed"].to_list() == [None] * 2

    def test_only_where_the_judge_says_no_an_answer_is_written_anew(self, desk: Callable[..., Desk]) -> None:
        bare = "Why does it fall?"
        found = desk(
            refine=lambda parts: refined(parts["QUESTION"], parts["ANSWER"]),
            judge=decides(lambda parts: "=" in parts["ANSWER"]),
            solve=always("The Earth pulls at it, and nothing holds it."),
            filter=decides(bool),
        )
        built = refined_rows(
            found, pairs(("a", FALL, EXPLAINED), ("b", bare, "It falls."), ("c", f"{bare} Say it.", "It does."))
        )
        assert built["answer_by"].to_list() == ["refined", "solved", "solved"]
        assert built["shows_reasoning"].to_list() == [True, False, False]
        assert built["answer"][1] == "The Earth pulls at it, and nothing holds it."
        assert found.asked["solve"] == built["shows_reasoning"].to_list().count(False) == 2

    def test_a_new_answer_with_another_result_is_dropped(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            refine=lambda parts: refined(parts["QUESTION"], parts["ANSWER"]),
            judge=decides(lambda _parts: False),
            solve=always("So it is $\\boxed{30\\ \\text{m}}$."),
            filter=decides(bool),
        )
        built = refined_rows(found, pairs(("a", FALL, FELL)))
        assert built.select("answer", "answer_by", "rejected_by", "rejected_kind").row(0) == (
            FELL,
            "refined",
            refine.DISAGREES,
            "rule",
        )
        assert "filter" not in found.asked

    def test_without_supplement_nobody_judges(self, desk: Callable[..., Desk]) -> None:
        found = desk(refine=always(refined(FALL, EXPLAINED)), filter=decides(bool))
        built = refined_rows(found, pairs(("a", FALL, FELL)), supplement=False)
        assert built.select("answer_by", "shows_reasoning", "rejected_by").row(0) == ("refined", None, None)
        assert found.asked == {"refine": 1, "filter": 1}

    def test_what_the_filter_drops_says_so(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            refine=lambda parts: refined(parts["QUESTION"], parts["ANSWER"]),
            judge=decides(bool),
            filter=lambda parts: "I am in doubt." if "doubt" in parts["QUESTION"] else "Analysis: None.\nDecision: NO",
        )
        rows = pairs(("a", FALL, FELL), ("b", "What is in doubt?", "All."), ("c", "What then?", "Answers will vary."))
        built = refined_rows(found, rows)
        assert built.select("rejected_by", "rejected_kind", "rejected_detail").rows() == [
            (refine.DROPPED, "rule", None),
            (refine.UNDECIDED, "failure", "undecided"),
            ("answer.left_open", "rule", None),
        ]
        assert found.asked["filter"] == 1 + 2

    @pytest.mark.parametrize(
        ("said", "rule", "detail"),
        [
            ("no markers at all", refine.NOT_REFINED, "missing_question"),
            (refined(FALL.replace("2 s", "7 s"), EXPLAINED), refine.NOT_REFINED, "guard_new_question_numbers"),
            (
                refined("A stone falls from rest. How far?", EXPLAINED),
                refine.NOT_REFINED,
                "guard_lost_question_numbers",
            ),
            (refined(FALL, f"{EXPLAINED} The provided excerpt says so."), refine.NOT_REFINED, "guard_source_mentions"),
            (refined(f"{FALL} See Figure 3.2.", EXPLAINED), "question.dangling_reference", None),
        ],
    )
    def test_a_pair_that_is_not_refined_goes_no_further(
        self, desk: Callable[..., Desk], said: str, rule: str, detail: str | None
    ) -> None:
        found = desk(refine=always(said))
        built = refined_rows(found, pairs(("a", FALL, FELL)))
        assert built.select("question", "answer", "answer_by", "rejected_by", "rejected_detail").row(0) == (
            FALL,
            FELL,
            "source",
            rule,
            detail,
        )
        assert found.asked == {"refine": 2}

    def test_the_judge_decides_where_one_is_set(self, desk: Callable[..., Desk]) -> None:
        writer = desk(refine=always(refined(FALL, EXPLAINED)))
        judge = desk(judge=decides(bool), filter=decides(bool))
        step = Step(**{**vars(writer.step), "judge": Judge(engine="openai", base_urls=[judge.server.url], **MODEL)})
        built = refine.refine_with_model(step, pairs(("a", FALL, FELL)), AskedRefinementSettings(), ReferenceSettings())
        assert built["rejected_by"].to_list() == [None]
        assert (writer.asked, judge.asked) == ({"refine": 1}, {"judge": 1, "filter": 1})

    def test_a_second_run_costs_nothing_and_says_the_same(self, desk: Callable[..., Desk]) -> None:
        def plan(prompt: str, attempt: int) -> Fault | None:
            kind = ("status", "cut", "half", "json", "no_content")[len(prompt) % 5]
            return Fault(kind, status=500) if attempt == 1 else None

        found = desk(
            plan,
            refine=lambda parts: refined(parts["QUESTION"], parts["ANSWER"]),
            judge=decides(lambda parts: len(parts["ANSWER"]) % 2 == 0),
            solve=always("It falls because the Earth pulls at it."),
            filter=decides(lambda parts: len(parts["QUESTION"]) % 3 > 0),
        )
        rows = pairs(
            *((f"r{n}", f"Why do {'very ' * n}heavy stones fall?", f"They {'do ' * n}fall.") for n in range(12))
        )
        first = refined_rows(found, rows)
        n_paid = len(found.server.bodies)
        assert set(first["rejected_by"]) == {None, refine.DROPPED}
        assert refined_rows(found, rows).equals(first)
        assert len(found.server.bodies) == n_paid

    def test_an_answer_that_was_refused_counts_where_the_next_one_never_comes(self, desk: Callable[..., Desk]) -> None:
        def plan(prompt: str, attempt: int) -> Fault | None:
            return Fault("status", status=500) if attempt > 1 else None

        built = refined_rows(desk(plan, refine=always("no markers")), pairs(("a", FALL, FELL)))
        assert built.select("rejected_by", "rejected_detail").row(0) == (refine.NOT_REFINED, "missing_question")

    def test_equal_pairs_share_an_answer(self, desk: Callable[..., Desk]) -> None:
        found = desk(refine=always(refined(FALL, EXPLAINED)), judge=decides(bool), filter=decides(bool))
        built = refined_rows(found, pairs(*((f"r{n}", FALL, FELL) for n in range(5))))
        assert built["answer"].to_list() == [EXPLAINED] * 5
        assert set(found.asked.values()) == {1}

    def test_no_rows_ask_nobody(self, desk: Callable[..., Desk]) -> None:
        found = desk()
        assert refined_rows(found, pairs()).is_empty()
        assert not found.server.bodies

    def test_the_rules_engine_filters_and_rewrites_nothing(self) -> None:
        rows = pairs(
            ("a", FALL, FELL),
            ("b", "What does Figure 3.2 show?", "A stone."),
            ("c", "What then?", None),
            ("d", "So?", "N/A"),
        )
        built = refine.refine_by_rules(rows, ReferenceSettings())
        assert built.schema == pl.Schema(refine.PAIRS)
        assert built["answer_by"].to_list() == ["source"] * 4
        assert built["rejected_by"].to_list() == [
            None,
            "question.dangling_reference",
            "answer.missing",
            "answer.missing",
        ]

    def test_the_prompts_that_are_used_are_named(self) -> None:
        assert len(refine.prompts_of(AskedRefinementSettings())) == 4
        assert len(refine.prompts_of(AskedRefinementSettings(supplement=False))) == 2


class TestSelection:
    def test_reference_answers_and_the_rules_behind_them(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            reference=lambda parts: "Reference Answer: 99 m" if "stone" in parts["QUESTION"] else "Reference Answer: 4"
        )
        rows = pairs(
            ("a", FALL, EXPLAINED),
            ("b", "What is 2 + 2?", "It is 4, as 2 and 2 make 4."),
            ("c", "A stone?", "It sinks."),
        )
        built = select.references_with_model(found.step, rows, AskedReferenceSettings())
        assert built.schema == pl.Schema(select.REFERENCES)
        assert built.rows() == [
            ("a", "20\\ \\text{m}", "box", "not_in_answer"),
            ("b", "4", "model", None),
            ("c", "It sinks.", "whole", "not_in_answer"),
        ]
        assert select.references_by_rules(rows)["reference_answer"].to_list()[0] == "20\\ \\text{m}"

    def test_samples_differ_and_each_is_scored_against_the_reference(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            solve=always("The way to it is long, and it is 20 m."), grade=always("Reasoning: right.\nScore: 8")
        )
        rows = pairs(("a", FALL, FELL), ("b", "Unknown?", "Yes.")).with_columns(
            reference_answer=pl.Series(["20 m", None], dtype=pl.String)
        )
        settings = SelectSettings(method="difficulty", samples=3)
        built = select.scores_with_model(found.step, rows, settings)
        assert built.rows() == [("a", [8.0] * 3), ("b", [None] * 3)]
        solving = [body for body in found.server.bodies if body["messages"][-1]["content"] == FALL]
        assert len({body["seed"] for body in solving}) == 3
        assert {body["temperature"] for body in solving} == {settings.temperature}
        assert found.asked == {"solve": 3, "grade": 1}  # equal samples share a grade

    def test_a_sample_without_points_has_none(self, desk: Callable[..., Desk]) -> None:
        found = desk(solve=always("It is 20 m."), grade=always("Score: 11"))
        rows = pairs(("a", FALL, FELL)).with_columns(reference_answer=pl.lit("20 m"))
        assert select.scores_with_model(found.step, rows, SelectSettings(samples=2)).rows() == [("a", [None, None])]

    def test_lengths_of_answers_that_the_model_gives(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            solve=lambda parts: "It is five words long." if "fall" in parts[""] else "I cannot help with that."
        )
        built = select.lengths_with_model(
            found.step,
            pairs(("a", FALL, FELL), ("b", "What?", "That.")),
            SelectSettings(),
            lambda text: len(text.split()),
        )
        assert built.rows() == [("a", 5), ("b", None)]

    def test_ratings_only_where_they_are_wanted(self, desk: Callable[..., Desk]) -> None:
        found = desk(
            rate=lambda parts: (
                "Quality: 7\nKind: REASONING\nContext: YES" if "fall" in parts[""] else "Quality: 11\nKind: ?"
            )
        )
        rows = pairs(("a", FALL, FELL), ("b", "What?", "That."))
        rated = select.ratings_with_model(found.step, rows, AskedReferenceSettings(rate=True))
        assert rated.schema == pl.Schema(select.RATINGS)
        assert rated.rows() == [("a", 7, "reasoning", True, None), ("b", None, None, None, "kind")]
        assert found.asked == {"rate": 3}
        unrated = select.ratings_with_model(found.step, rows, AskedReferenceSettings())
        assert unrated.rows() == [("a", None, None, None, None), ("b", None, None, None, None)]
        assert found.asked == {"rate": 3}

    def test_the_prompts_that_are_used_are_named(self) -> None:
        assert len(select.prompts_of(SelectSettings())) == 1
        assert len(select.prompts_of(SelectSettings(), rate=True)) == 2
        assert len(select.prompts_of(SelectSettings(method="difficulty"))) == 3
        assert len(select.prompts_of(SelectSettings(method="length", measured="sampled", budget=1))) == 2


def test_books_are_labelled(desk: Callable[..., Desk]) -> None:
    found = desk(
        catalogue=lambda parts: {
            "A": "Subject: Computer Science\nLevel: University",
            "B": "**Subject:** other\n**Level:** school",
            "C": "Subject: astrology\nLevel: school",
        }[parts[""]]
    )
    shown = pl.DataFrame({"id": ["1", "2", "3"], "shown": ["A", "B", "C"]})
    assert books.label_books_with_model(found.step, shown).rows() == [
        ("1", "computer_science", "university", None),
        ("2", None, "school", None),
        ("3", None, None, "subject"),
    ]


def test_a_useless_answer_about_a_book_is_a_failure_of_its_documents_alone(desk: Callable[..., Desk]) -> None:
    found = desk(
        catalogue=lambda parts: f"Subject: physics\nLevel: {'university' if FALL in parts[''] else 'undergraduate'}",
        low=always(f"Question: {FALL}\nAnswer: {FELL}"),
    )
    documents = pl.DataFrame(
        [("a", "fall", EXCERPT), ("b", "other", "What is heat?"), ("c", "other", "What is work?")],
        schema=["id", "source", "text"],
        orient="row",
    ).with_columns(media_type=pl.lit("text/markdown"), title=pl.lit("T"))
    built = extraction.build(found.step, documents, 0)
    assert built.select("id", "rejected_by", "rejected_kind", "rejected_value", "rejected_detail").rows() == [
        ("a", None, None, None, None),
        ("b", "book.no_label", "failure", None, "level"),
        ("c", "book.no_label", "failure", None, "level"),
    ]
