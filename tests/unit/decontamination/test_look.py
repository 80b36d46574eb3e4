"""Texts held against benchmarks: copies, neighbours by an embedder, a judge over HTTP, and leaks that are planted."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from dagster import AssetCheckSeverity

from darwin_assets.decontamination import judge
from darwin_assets.decontamination.benchmarks import Benchmarks
from darwin_assets.decontamination.embedding import vectors_of
from darwin_assets.decontamination.leaks import KINDS, planted, recall
from darwin_assets.decontamination.look import QUERIES, copies, neighbours, passages_of
from darwin_assets.decontamination.registry import Registry
from darwin_assets.decontamination.self_test import self_test
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.decontamination.verdict import removals
from darwin_assets.decontamination.work import judge_pairs
from darwin_assets.project import Project
from darwin_assets.recipe import Recipe
from darwin_assets.textbook_reasoning.leak_check import planted_leaks
from darwin_assets.tier import Step
from resources.embedder import Embedder, Embedding
from resources.embedder.average import unit_rows
from resources.language_model import LanguageModel
from tests.chat_server import ChatServer, Fault
from tests.embedding_server import vector_of
from tests.unit.decontamination.made import WORD_PROBLEMS, load_benchmarks

SETTINGS = DecontaminationSettings(neighbours=3)
GREENHOUSE = WORD_PROBLEMS[0]["question"]
REWORDED = (
    "Every week the market receives a third of all tomatoes of a greenhouse with fourteen rows of twenty-three plants, of "
    "which each bears six a week. How many tomatoes are left?"
)
OTHER_NUMBERS = (
    "A greenhouse holds 31 rows of 57 tomato plants. Each plant bears 9 tomatoes a week, and an eighth of them are sold. "
    "How many tomatoes are left every week for the kitchen?"
)
OTHER = "Explain how the tide in a bay is made stronger by its length, and why spring tides follow the full moon."


def by_words(texts: Iterable[tuple[str, str]]) -> Iterator[Embedding]:
    """Texts of the same words are near to each other."""
    for key, text in texts:
        vector = np.array([vector_of(text.lower().replace(",", "").replace(".", ""))], dtype=np.float32)
        yield Embedding(key, unit_rows(vector)[0], 1)


def pairs(*questions: str, answer: str = "") -> pl.DataFrame:
    rows = [(f"q{place}", 0, question, answer) for place, question in enumerate(questions)]
    return pl.DataFrame(rows, schema=QUERIES, orient="row")


def held_against(
    benchmarks: Benchmarks, texts: pl.DataFrame, queries: pl.DataFrame, settings: DecontaminationSettings = SETTINGS
) -> pl.DataFrame:
    vectors = vectors_of(benchmarks.items["question"].to_list(), by_words)
    return pl.concat([copies(texts, benchmarks), neighbours(queries, benchmarks, vectors, by_words, settings)])


def of_pairs(benchmarks: Benchmarks, rows: pl.DataFrame, settings: DecontaminationSettings = SETTINGS) -> pl.DataFrame:
    texts = rows.select("id", text=pl.concat_str("question", "answer", separator="\n\n"))
    return held_against(benchmarks, texts, rows.select(*QUERIES), settings)


@pytest.fixture
def benchmarks(tmp_path: Path) -> Benchmarks:
    return load_benchmarks(tmp_path, SETTINGS)


def test_a_copy_goes_a_rewording_goes_other_numbers_and_other_questions_stay(benchmarks: Benchmarks) -> None:
    evidence = of_pairs(benchmarks, pairs(GREENHOUSE, REWORDED, OTHER_NUMBERS, OTHER, answer="#### 1288"))
    gone = removals(evidence, SETTINGS)
    assert dict(gone.select("id", "rejected_by").rows())["q0"] == "decontamination.ngram"
    reworded = evidence.filter(id="q1", rank=1).row(0, named=True)
    assert (reworded["benchmark"], reworded["number"], reworded["found_by"]) == ("sums", 0, "neighbour")
    assert (reworded["stated_numbers"], reworded["shared_numbers"]) == (4, 4)
    assert reworded["same_answer"] is True
    other_numbers = evidence.filter(id="q2", rank=1).row(0, named=True)
    assert other_numbers["similarity"] > reworded["similarity"]
    assert (other_numbers["stated_numbers"], other_numbers["shared_numbers"]) == (8, 0)
    assert "q3" not in gone["id"]


def test_every_question_is_held_against_the_nearest_of_all_benchmarks(benchmarks: Benchmarks) -> None:
    evidence = of_pairs(benchmarks, pairs(REWORDED, OTHER)).filter(found_by="neighbour")
    assert evidence.group_by("id", maintain_order=True).agg("rank").rows() == [("q0", [1, 2, 3]), ("q1", [1, 2, 3])]
    vectors = np.stack([one.vector for one in by_words(("k", text) for text in [REWORDED, OTHER])])
    items = vectors_of(benchmarks.items["question"].to_list(), by_words)
    cosines = np.sort(vectors @ items.T)[:, ::-1][:, :3]
    assert np.allclose(evidence["similarity"].to_numpy().reshape(2, 3), cosines, atol=1e-5)


def test_more_neighbours_than_items_and_no_benchmark_at_all(benchmarks: Benchmarks, tmp_path: Path) -> None:
    many = SETTINGS.model_copy(update={"neighbours": 50})
    assert of_pairs(benchmarks, pairs(OTHER), many).height == 5
    nothing = Benchmarks.load(Registry(), tmp_path, SETTINGS)
    assert of_pairs(nothing, pairs(GREENHOUSE)).is_empty()


def test_a_leak_that_is_a_paragraph_of_a_document_is_found_there(benchmarks: Benchmarks) -> None:
    text = f"{OTHER}\n\n{OTHER_NUMBERS}\n\nExercise. {REWORDED}\n\nThe answer is 1288."
    documents = pl.DataFrame({"id": ["d"], "text": [text]})
    best = (
        held_against(benchmarks, documents, passages_of(documents, SETTINGS))
        .filter(found_by="neighbour")
        .sort("score")
        .row(-1, named=True)
    )
    assert (best["number"], best["stated_numbers"], best["shared_numbers"]) == (0, 4, 4)
    assert text[best["start"] :].startswith("Exercise.")


def test_passages_hold_every_sentence_and_none_is_longer_than_allowed() -> None:
    sentences = [f"Sentence number {n} of a paragraph that goes on for quite a while." for n in range(40)]
    text = "Title\n\n" + " ".join(sentences) + "\n\n" + "x" * 950 + "\n\nA short paragraph of just over forty letters."
    documents = pl.DataFrame({"id": ["d"], "text": [text]})
    found = passages_of(documents, DecontaminationSettings(passage_chars=300))
    for start, question in found.select("start", "question").iter_rows():
        assert text[start:].startswith(question)
        assert 40 <= len(question) <= 600
    for first, second in pairwise(sentences):
        assert any(f"{first} {second}" in one for one in found["question"])
    assert found["question"][-1].startswith("A short paragraph")
    assert "Title" not in found["question"].to_list()


NEARER = SETTINGS.model_copy(update={"min_judged_similarity": 0.3})


def decided(project: Project, benchmarks: Benchmarks, rows: pl.DataFrame, server: ChatServer) -> pl.DataFrame:
    model = LanguageModel(engine="openai", base_urls=[server.url], window=4, self_test=False, max_attempts=1)
    step = Step("Q4", "b", "r", Recipe(), project.lake, project.raw, model, n_parsers=1)
    evidence = of_pairs(benchmarks, rows)
    asked = judge.comparisons(evidence, rows, benchmarks, NEARER)
    return judge.judged(evidence, judge_pairs(step, asked, NEARER))


def test_a_model_decides_about_what_is_near_and_copies_cost_nothing(project: Project, benchmarks: Benchmarks) -> None:
    rows = pairs(GREENHOUSE, REWORDED, OTHER_NUMBERS, OTHER, answer="1288")

    def script(messages) -> str:
        shown = str(messages[-1]["content"])
        first, second = shown.split("</FIRST>")
        same = "fourteen" in first and "14 rows" in second
        return f"Analysis: No, now, none of it.\nDecision: {'YES' if same else 'NO'}"

    with ChatServer(script=script) as server:
        evidence = decided(project, benchmarks, rows, server)
        shown = [body["messages"][-1]["content"] for body in server.bodies]
    assert not any("14 rows of 23" in one.split("</FIRST>")[0] for one in shown)
    assert any(one.endswith("Answer: 1288\n</SECOND>") for one in shown)
    assert set(removals(evidence, NEARER).select("id", "rejected_by").rows()) == {
        ("q0", "decontamination.ngram"),
        ("q1", "decontamination.judged"),
    }
    assert evidence.filter(id="q3", decided_by="model").is_empty()


def test_a_judge_that_never_decides_removes_what_it_was_asked_about(project: Project, benchmarks: Benchmarks) -> None:
    with ChatServer(lambda _prompt, _attempt: Fault("text", body="Hard to say. None of them, note.")) as server:
        evidence = decided(project, benchmarks, pairs(REWORDED, OTHER), server)
    assert evidence.filter(decided_by="model")["reason"].unique().to_list() == ["undecided"]
    assert removals(evidence, NEARER)["rejected_by"].to_list() == ["decontamination.undecided"]


def test_planted_leaks_are_the_same_in_every_run_and_their_recall_is_counted_by_kind(benchmarks: Benchmarks) -> None:
    leaks = planted(benchmarks.items, n_of_each=2, seed=3, min_words=12)
    assert leaks.equals(planted(benchmarks.items, n_of_each=2, seed=3, min_words=12))
    assert leaks["kind"].unique(maintain_order=True).to_list() == list(KINDS)
    assert leaks.height == leaks["id"].n_unique() == 5 * 3
    assert leaks.filter(kind="lettered")["question"].equals(leaks.filter(kind="reworded")["question"])
    assert leaks.filter(kind="lettered")["answer"].unique().to_list() == ["(C)"]
    assert (
        leaks.filter(kind="spelt_out", benchmark="sums", number=0)["question"]
        .str.contains("fourteen rows of twenty-three")
        .all()
    )
    assert recall(leaks, leaks["id"].clear()).rows() == [(kind, 3, 0) for kind in KINDS]
    assert recall(leaks, leaks.filter(kind="wrapped")["id"])["n_caught"].to_list() == [0, 3, 0, 0, 0]


def test_the_self_test_tells_a_gate_from_a_hole(benchmarks: Benchmarks, tmp_path: Path) -> None:
    vectors = vectors_of(benchmarks.items["question"].to_list(), by_words)
    by_words_alone = self_test(benchmarks, SETTINGS, 9).rows()
    assert by_words_alone[:2] == [
        ("verbatim", 4, 4),
        ("wrapped", 4, 4),
    ]  # "What is friction?" is too short to be a copy
    found = {kind: (n, caught) for kind, n, caught in self_test(benchmarks, SETTINGS, 9, vectors, by_words).iter_rows()}
    assert found["spelt_out"] == (4, 4)
    assert found["lettered"] == found["reworded"]
    open_gate = SETTINGS.model_copy(update={"max_score": 9.0})
    hole = Benchmarks(benchmarks.items, Benchmarks.load(Registry(), tmp_path, SETTINGS).index, (), "")
    assert self_test(hole, open_gate, 9, vectors, by_words)["n_caught"].sum() == 0


def test_a_self_test_that_plants_nothing_says_so_and_does_not_pass(project: Project) -> None:
    manifest = project.work.benchmarks_path()
    manifest.parent.mkdir(parents=True)
    for toml, n_items in (("", 0), (short_questions(manifest.parent), 2)):
        manifest.write_text(toml)
        said = planted_leaks(project.lake, Embedder(), project.work)
        assert (said.passed, said.severity) == (False, AssetCheckSeverity.WARN)
        assert f"none of {n_items} benchmark items has 8 words" in said.description


def short_questions(folder: Path) -> str:
    """A manifest of a benchmark that has no others."""
    content = b'{"q": "What is friction?"}\n{"q": "What is heat?"}\n'
    (folder / "short.jsonl").write_bytes(content)
    entry = '[[benchmark]]\nname = "short"\nformat = "jsonl"\nquestion = "q"\n'
    return f'{entry}[benchmark.files]\n"short.jsonl" = "{sha256(content).hexdigest()}"\n'


@pytest.mark.parametrize("answer", ["C", "(c)", "C. kidney", "It is the kidney.", "kidney", ""])
def test_a_rewording_of_an_item_that_is_answered_in_words_goes_however_it_is_answered(
    benchmarks: Benchmarks, answer: str
) -> None:
    question = benchmarks.items.filter(benchmark="organs")["question"][0]
    [nearest, *_] = neighbours(
        pairs(question, answer=answer),
        benchmarks,
        vectors_of(benchmarks.items["question"].to_list(), by_words),
        by_words,
        SETTINGS,
    ).rows(named=True)
    assert (nearest["benchmark"], nearest["is_leak"]) == ("organs", True)


def test_what_reaches_the_prompt_is_all_that_the_judge_knows(benchmarks: Benchmarks) -> None:
    [first, *_] = judge.comparisons(
        of_pairs(benchmarks, pairs(REWORDED)), pairs(REWORDED), benchmarks,
        SETTINGS.model_copy(update={"min_judged_similarity": -1.0}),
    )  # fmt: skip
    instructions, shown = (str(one["content"]) for one in judge.messages(first))
    assert "Decision: YES or NO" in instructions
    assert shown == first.text == f"<FIRST>\n{REWORDED}\n</FIRST>\n<SECOND>\n{GREENHOUSE}\n\nAnswer: 1288\n</SECOND>"
