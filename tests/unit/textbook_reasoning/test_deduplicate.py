import random
from itertools import combinations, pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from darwin_assets.filter.kernels.minhash import permutations
from darwin_assets.filter.probability import best_bands, even_chance, match_probability
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import sign
from darwin_assets.recipe import Recipe
from darwin_assets.textbook_reasoning.compared_text import MAX_COPIES, weighed
from darwin_assets.textbook_reasoning.deduplicate import DEDUPLICATION, deduplicate
from darwin_assets.textbook_reasoning.deduplicate_settings import DeduplicateSettings
from darwin_assets.textbook_reasoning.levels import deduplication
from darwin_assets.textbook_reasoning.pair import question
from darwin_assets.textbook_reasoning.question_kernels import band_keys
from darwin_assets.textbook_reasoning.question_keys import QUESTION_KEYS, script_ngrams, script_pieces, sign_questions
from darwin_assets.tier import Step, recipe_entry
from resources.recipe_book import RecipeBook
from tests.shingle_reference import jaccard, shingle_set

PAPER, SCRIPT = DeduplicateSettings(), DeduplicateSettings(preset="script")
# one hash a band: no pair that is similar at all is missed
SURE = DeduplicateSettings(bands=256, rows=1, min_pieces=1)
NOTHING = pl.LazyFrame(schema={"batch": pl.String, **QUESTION_KEYS})
WORDS = (
    "mass", "of", "a", "falling", "stone", "find", "its", "speed", "when", "it", "hits", "the", "ground", "after", "two",
    "seconds",
)  # fmt: skip


def rows_of(questions, prefix="q"):
    return pl.DataFrame(
        {"id": [f"{prefix}{place}" for place in range(len(questions))], "question": questions},
        schema={"id": pl.String, "question": pl.String},
    )


def judged(questions, settings=PAPER, published=NOTHING, texts=lambda wanted: []):
    return deduplicate(rows_of(questions), published, texts, settings)


def published_of(questions, settings=PAPER, batch="earlier"):
    """What a batch has published, and the reader of its questions."""
    rows = rows_of(questions, "p")
    keys = sign_questions(rows, settings).with_columns(batch=pl.lit(batch))
    return keys.lazy(), lambda wanted: [
        rows.rename({"question": "text"}).join(wanted.select("id"), on="id", how="semi")
    ]


def variant(words, changed):
    """A question of words, with some of them changed."""
    return " ".join(f"other{place}" if place in changed else word for place, word in enumerate(words))


# papers.md §3.4

CURVES = {
    (1, 10): ((0.001, 0.006, 0.028, 0.107, 0.349, 0.599), 0.933),
    (31, 8): ((0.114, 0.409, 0.841, 0.997, 1.0, 1.0), 0.621),
    (14, 8): ((0.053, 0.211, 0.565, 0.924, 1.0, 1.0), 0.685),
    (45, 20): ((0.000, 0.002, 0.035, 0.407, 0.997, 1.0), 0.811),
}
SIMILARITIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@pytest.mark.parametrize("pair", CURVES)
def test_the_arithmetic_is_that_of_the_papers(pair):
    chances, even = CURVES[pair]
    assert [round(match_probability(similarity, *pair), 3) for similarity in SIMILARITIES] == list(chances)
    assert round(even_chance(*pair), 3) == even
    assert best_bands(0.6, 250) == (31, 8)


@pytest.mark.parametrize("pair", [SCRIPT.reading[1:3], PAPER.reading[1:3], (31, 8)])
@pytest.mark.parametrize("similarity", [0.5, 0.6, 0.8, 0.9, 0.95])
def test_pairs_share_a_band_as_often_as_the_curve_says(pair, similarity):
    bands, rows = pair
    n_pairs, n_hashes = 2000, 200
    shared = round(2 * n_hashes * similarity / (1 + similarity))
    chance = np.random.default_rng(7)
    hashes = chance.integers(0, 2**64, (n_pairs, 2 * n_hashes - shared), dtype=np.uint64)
    sides = (hashes[:, :n_hashes], hashes[:, n_hashes - shared :])
    begins = np.arange(n_pairs + 1, dtype=np.int64) * n_hashes
    keys = [band_keys(side.ravel(), begins, *permutations(bands * rows, 42), bands) for side in sides]
    met = (keys[0] == keys[1]).any(axis=1).mean()
    exact = shared / (2 * n_hashes - shared)
    expected = match_probability(exact, bands, rows)
    assert met == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / n_pairs) + 0.002)


# Settings


def test_the_two_published_readings():
    assert PAPER.reading == (0.6, 50, 5, "exact-only")
    assert SCRIPT.reading == (None, 1, 10, "drop")
    assert match_probability(0.6, 50, 5) >= 0.95 > match_probability(0.6, 250 // 6, 6)
    assert DeduplicateSettings(min_jaccard=0.8).reading[:3] == (0.8, 27, 9)


@pytest.mark.parametrize(
    ("contradictory", "said"),
    [
        ({"preset": "script", "min_jaccard": 0.6}, "0.006"),
        ({"bands": 1, "rows": 10}, "0.006 only"),
        ({"bands": 31, "rows": 8}, "0.409 only"),
        ({"min_jaccard": 0.2, "bands": 14, "rows": 8}, "take more bands, fewer rows"),
        ({"bands": 50}, "set both bands and rows"),
        ({"threshold": 0.6}, "Extra inputs"),
    ],
)
def test_contradictory_settings_are_refused(contradictory, said):
    with pytest.raises(ValidationError, match=said):
        DeduplicateSettings(**contradictory)


def test_what_only_one_reading_asks_for_is_taken():
    assert DeduplicateSettings(preset="script", bands=31, rows=8).reading[:3] == (None, 31, 8)
    assert DeduplicateSettings(min_jaccard=0.7, bands=31, rows=8).reading[:3] == (0.7, 31, 8)


# Keys


def test_band_keys_are_those_of_l2():
    questions = ["What is the speed of the stone?", variant(WORDS, {3}), "größer als $x^{2} + 1$, oder nicht?"]
    like_l2 = FilterSettings(shingle_words=3, bands=50, rows=5, min_jaccard=0.6, seed=42)
    expected = sign(rows_of(questions).select("id", text="question"), like_l2)
    found = sign_questions(rows_of(questions), PAPER)
    assert found["band_keys"].to_list() == expected["band_keys"].to_list()
    assert found["exact_key"].to_list() == expected["exact_key"].to_list()
    assert found["n_pieces"].to_list() == [7, 16, 7]


def test_pieces_of_the_script_are_empty_between_two_marks():
    assert script_pieces("Find $x$, now.") == ["find", "", "x", "", "", "now", ""]
    assert script_ngrams("one two", 3) == ["one two"]
    assert script_ngrams("a b a b a b", 3) == ["a b a", "b a b"]
    assert script_ngrams("p -> q", 3) == ["p  ", "  ", "  q"]


@pytest.mark.slow
def test_empty_pieces_count_towards_the_length_in_the_script_alone():
    formula = "$\\alpha + \\beta$?"
    assert judged([formula], SCRIPT)["rejected_by"].to_list() == [None]
    assert judged(["Why is that so"], SCRIPT)["rejected_by"].to_list() == ["question.too_short"]
    assert sign_questions(rows_of([formula]), PAPER)["n_pieces"].to_list() == [2]


# Twins of a batch


def test_the_first_stands_for_its_cluster_and_the_evidence_is_exact():
    questions = [variant(WORDS, set()), "What is a primitive recursive function in this sense?", variant(WORDS, {15})]
    found = judged(questions)
    assert found.schema == DEDUPLICATION
    assert found["rejected_by"].to_list() == [None, None, "question.near_duplicate"]
    gone = found.row(2, named=True)
    similarity = jaccard(shingle_set(questions[0], 3), shingle_set(questions[2], 3))
    assert gone["survivor_id"] == gone["twin_id"] == "q0"
    assert gone["similarity"] == gone["twin_similarity"] == gone["rejected_value"] == similarity
    assert (gone["rejected_threshold"], gone["rejected_kind"], gone["rejected_detail"]) == (
        "0.6..",
        "rule",
        "twin of q0",
    )


def test_a_chain_goes_for_its_first_member():
    """The last is similar to the second alone: its twin is that, and how similar it is to the survivor is told."""
    chain = [variant(WORDS, changed) for changed in (set(), {0, 1, 2}, {0, 1, 2, 13, 14, 15})]
    first, second, third = (shingle_set(one, 3) for one in chain)
    assert jaccard(first, second) >= 0.6
    assert jaccard(second, third) >= 0.6 > jaccard(first, third)
    last = judged(chain, SURE).row(2, named=True)
    assert (last["survivor_id"], last["twin_id"]) == ("q0", "q1")
    assert (last["similarity"], last["twin_similarity"]) == (jaccard(first, third), jaccard(second, third))


def test_equal_questions_differ_in_white_space_only():
    found = judged(["Find the  speed of\nthe stone.", "Find the speed of the stone.", "find the speed of the stone!"])
    assert found["rejected_by"].to_list() == [None, "question.duplicate", "question.near_duplicate"]
    assert found["rejected_value"].to_list() == [None, 1.0, 1.0]
    assert found["survivor_id"].to_list() == [None, "q0", "q0"]


def test_a_copy_of_a_twin_goes_for_the_same_survivor():
    questions = [variant(WORDS, set()), variant(WORDS, {15}), variant(WORDS, {15})]
    found = judged(questions)
    assert found["rejected_by"].to_list() == [None, "question.near_duplicate", "question.duplicate"]
    assert found["survivor_id"].to_list() == [None, "q0", "q0"]
    assert found["twin_id"].to_list() == [None, "q0", "q1"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("exact-only", [None, "question.duplicate", None, None]),
        ("keep", [None, None, None, None]),
        ("drop", ["question.too_short"] * 3 + [None]),
    ],
)
@pytest.mark.parametrize("preset", ["paper", "script"])
def test_short_questions_go_by_the_policy(policy, expected, preset):
    questions = ["What is x", "What is x", "what is X", "What is the speed of a falling stone there"]
    found = judged(questions, DeduplicateSettings(preset=preset, short_questions=policy))
    assert found["rejected_by"].to_list() == expected
    if policy == "drop":
        assert found.select("rejected_value", "rejected_threshold").row(0) == (3.0, "5..")


def test_the_script_misses_what_the_paper_finds():
    """One word of sixteen is another: the exact similarity is 0.6 or more, one band of ten hashes almost never shared."""
    chance = random.Random(3)
    questions = []
    for _ in range(200):
        words = [f"w{chance.randrange(10**6)}" for _ in range(16)]
        questions += [variant(words, set()), variant(words, {8})]
    assert jaccard(*(shingle_set(one, 3) for one in questions[:2])) == pytest.approx(11 / 17)
    near = judged(questions)["rejected_by"].drop_nulls()
    assert near.len() >= 190
    banded = judged(questions, SCRIPT)["rejected_by"].drop_nulls()
    assert banded.len() <= 15
    assert set(banded) <= {"question.shared_band"}


def test_a_shared_band_names_its_similarity_and_does_not_ask_for_it():
    questions = [variant(WORDS, set()), variant(WORDS, {15})]
    found = judged(questions, DeduplicateSettings(preset="script", bands=64, rows=1)).row(1, named=True)
    assert (found["rejected_by"], found["rejected_value"], found["rejected_threshold"]) == (
        "question.shared_band",
        1.0,
        "1..",
    )
    expected = jaccard(*(frozenset(script_ngrams(one, 3)) for one in questions))
    assert found["twin_similarity"] == pytest.approx(expected)


TEXTS = st.lists(st.sampled_from("abc"), min_size=1, max_size=9).map(" ".join)


@pytest.mark.slow
@given(st.lists(TEXTS, max_size=14), st.randoms(use_true_random=False))
@hypothesis_settings(deadline=None)
def test_clusters_are_those_of_all_pairs_in_any_order(questions, chance):
    found = judged(questions, SURE)
    cluster = {place: {place} for place in range(len(questions))}
    sets = [shingle_set(one, 3) for one in questions]
    for left, right in combinations(range(len(questions)), 2):
        if jaccard(sets[left], sets[right]) >= 0.6:
            both = cluster[left] | cluster[right]
            cluster |= dict.fromkeys(both, both)
    survivors = [None if min(cluster[place]) == place else f"q{min(cluster[place])}" for place in range(len(questions))]
    assert found["survivor_id"].to_list() == survivors
    assert found["rejected_by"].is_null().to_list() == [one is None for one in survivors]
    shuffled = list(questions)
    chance.shuffle(shuffled)
    assert judged(shuffled, SURE)["rejected_by"].is_null().sum() == found["rejected_by"].is_null().sum()


def test_no_questions_at_all():
    for settings in (PAPER, SCRIPT):
        assert judged([], settings).schema == DEDUPLICATION


# Context that questions share

CONTEXT = (
    "A fair die is thrown forty times and the mean of what it shows is written down by each of six students. Their teacher "
    "puts these means in order, from the lowest to the highest, and asks for the one in the middle."
)
OTHER = "Two litres of an acid are put on a table, where half of the water leaves it in three days at noon."
FIRST, SECOND = "What is the smallest number that can be there?", "In words, define the random variable in question."


def in_context(*pairs):
    """Rows of a context and a question each."""
    rows = rows_of([f"{context}\n\n{own}" for context, own in pairs])
    return rows.with_columns(context_chars=pl.Series([len(context) + 2 for context, _ in pairs]))


def test_one_context_makes_no_twins_and_neither_does_one_follow_up():
    rows = in_context((CONTEXT, FIRST), (CONTEXT, SECOND), (OTHER, FIRST), (CONTEXT, f"{FIRST} Why?"))
    found = deduplicate(rows, NOTHING, lambda wanted: [], PAPER)
    assert found["survivor_id"].to_list() == [None, None, None, "q0"]
    unknown = deduplicate(rows.drop("context_chars"), NOTHING, lambda wanted: [], PAPER)
    assert unknown["survivor_id"].to_list() == [None, "q0", None, "q0"]


def test_contexts_of_published_questions_are_weighed_as_well():
    rows = in_context((CONTEXT, FIRST)).with_columns(id=pl.lit("p0"))
    published = sign_questions(rows, PAPER).with_columns(batch=pl.lit("earlier")).lazy()
    found = deduplicate(
        in_context((CONTEXT, SECOND), (CONTEXT, f"{FIRST} Why?")), published,
        lambda wanted: [rows.rename({"question": "text"})], PAPER,
    )  # fmt: skip
    assert found["survivor_id"].to_list() == [None, "p0"]


def test_own_words_are_counted_until_they_are_as_many_as_those_of_the_context():
    assert weighed("one two three four.\n\nWhy so?", 20) == "one two three four.\n\nWhy so? Whyc1 soc1"
    assert weighed("one two three.\n\nWhy not so?", 16) == "one two three.\n\nWhy not so?"
    assert weighed("one two three.\n\n...", 16) == "one two three.\n\n..."
    assert len(weighed(f"{'word ' * 1000}Why?", 5000).split()) == 1000 + 1 + MAX_COPIES


# Twins among what is published


def test_a_published_question_stands_for_the_whole_cluster():
    """Of a chain of three, the first is not similar to what is published."""
    chain = [variant(WORDS, changed) for changed in ({0, 1, 2, 3}, {0, 1, 2}, {0, 1})]
    published, texts = published_of([variant(WORDS, set()), "Something else that nobody has asked before"], SURE)
    known = shingle_set(variant(WORDS, set()), 3)
    sets = [shingle_set(one, 3) for one in chain]
    assert all(jaccard(*pair) >= 0.6 for pair in pairwise(sets))
    found = deduplicate(rows_of([*chain, "A question that stays where it is"]), published, texts, SURE)
    assert found["survivor_id"].to_list() == ["p0", "p0", "p0", None]
    assert [jaccard(one, known) >= 0.6 for one in sets] == [False, True, True]
    assert found["twin_id"].to_list()[:3] == ["q1", "p0", "p0"]
    assert found["similarity"].to_list()[0] is None
    assert found["twin_similarity"].min() >= 0.6


def test_published_copies_and_published_twins_have_their_rules():
    published, texts = published_of([variant(WORDS, set())])
    found = deduplicate(rows_of([variant(WORDS, set()), variant(WORDS, {15})]), published, texts, PAPER)
    assert found["rejected_by"].to_list() == ["question.duplicate", "question.near_duplicate"]
    assert found["survivor_id"].to_list() == ["p0", "p0"]


@pytest.mark.parametrize(("policy", "expected"), [("exact-only", ["question.duplicate", None]), ("keep", [None, None])])
@pytest.mark.parametrize("preset", ["paper", "script"])
def test_short_published_questions_go_by_the_policy(policy, expected, preset):
    settings = DeduplicateSettings(preset=preset, short_questions=policy)
    published, texts = published_of(["What is x?", "And what is y?"], settings)
    found = deduplicate(rows_of(["What is x?", "And what was y?"]), published, texts, settings)
    assert found["rejected_by"].to_list() == expected


def test_the_script_asks_no_published_text():
    settings = DeduplicateSettings(preset="script", bands=64, rows=1)
    published, _ = published_of([variant(WORDS, set())], settings)

    def texts(wanted):
        raise AssertionError("nothing is compared")

    found = deduplicate(rows_of([variant(WORDS, {15})]), published, texts, settings)
    assert found["rejected_by"].to_list() == ["question.shared_band"]
    assert found.select("survivor_id", "similarity", "twin_similarity").row(0) == ("p0", None, None)


def test_a_published_question_without_text_ends_the_step():
    published, _ = published_of([variant(WORDS, set())])
    with pytest.raises(LookupError, match="p0"):
        deduplicate(rows_of([variant(WORDS, {15})]), published, lambda wanted: [], PAPER)


def test_the_own_rows_of_an_earlier_run_are_passed_over():
    rows = rows_of([variant(WORDS, set())])
    own = sign_questions(rows, PAPER).with_columns(batch=pl.lit("earlier")).lazy()
    assert deduplicate(rows, own, lambda wanted: [], PAPER)["rejected_by"].to_list() == [None]


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"ngram_words": 4}, {"preset": "script", "bands": 64, "rows": 1}], ids=str
)
def test_a_twin_is_found_whatever_settings_signed_what_is_published(project, other):
    def step_with(batch, settings):
        recipe = Recipe.model_validate({"question_deduplication": settings})
        return Step("Q2", batch, "run", recipe, project.lake, project.raw, project.model, n_parsers=1)

    def pair_rows(row_id, question):
        return pl.DataFrame(
            {
                "id": [row_id],
                "text": [f"{question}\n\nAn answer."],
                "question_chars": [len(question)],
                "context_chars": [0],
            }
        )

    old, row = step_with("old", {"bands": 256, "rows": 1}), pair_rows("p0", variant(WORDS, set()))
    entry = recipe_entry(deduplication.SPEC, old)
    RecipeBook(project.lake).enter(entry)
    keys = sign_questions(row.with_columns(question()), SURE)
    published = row.join(keys, on="id").with_columns(batch=pl.lit("old"), recipe=pl.lit(entry.recipe))
    new = step_with("new", other)
    found = deduplication.build_beside(new, pair_rows("q0", variant(WORDS, {15})), published.lazy())
    assert found["survivor_id"].to_list() == ["p0"]
