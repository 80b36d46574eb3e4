"""Guards leave out work that cannot change what they measure: each shortcut beside the plain computation."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.refine.answer import REFUSAL
from darwin_assets.refine.comparison import Comparison, lower
from darwin_assets.refine.guards import GUARDS, GuardResult, check, form, judge, phrases, sentences, structure, words
from darwin_assets.refine.guards.reflow import is_reflowed
from darwin_assets.refine.rules.protect import CITATION, CITATION_SIGNS
from darwin_assets.refine.settings import RefineSettings
from darwin_assets.refine.tokens import TOKEN, WORD, is_number, key, ngrams
from darwin_assets.refine.units import UNIT_AFTER, UNIT_REACH
from tests.unit.refine.test_guard_properties import CHUNK, NEAR, TEXTS, edited

SETTINGS = RefineSettings()
PAIRS = NEAR.map(lambda changes: (CHUNK, edited(changes))) | st.tuples(TEXTS, TEXTS)
SEVERAL = settings(max_examples=300, deadline=None)


def plain_words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def surplus_of_runs(old: list[str], new: list[str]) -> int:
    known = Counter(ngrams(old, form.REPEATED_WORDS))
    return max([0, *(n - known[run] for run, n in Counter(ngrams(new, form.REPEATED_WORDS)).items())])


def shared_with_prompts(old: list[str], new: list[str]) -> int:
    known = set(ngrams(old, form.PROMPT_WORDS))
    longest = current = 0
    for run in ngrams(new, form.PROMPT_WORDS):
        current = current + 1 if run in form.prompt_runs() and run not in known else 0
        longest = max(longest, current)
    return longest + form.PROMPT_WORDS - 1 if longest else 0


PROMPT_LINES = st.sampled_from(form.PROMPTS).flatmap(
    lambda path: st.sampled_from([line for line in path.read_text(encoding="utf-8").split("\n") if len(line) > 40])
)


@given(PAIRS, st.just("") | PROMPT_LINES)
@SEVERAL
def test_runs_of_words(pair: tuple[str, str], line: str) -> None:
    comparison = Comparison(pair[0], pair[1] + line)
    old, new = plain_words(comparison.before.text), plain_words(comparison.after.text)
    assert form.repetition(comparison, SETTINGS).value == surplus_of_runs(old, new)
    assert form.prompt_copied(comparison, SETTINGS).value == shared_with_prompts(old, new)


@given(PAIRS)
@SEVERAL
def test_numbers_outside_of_edits_are_the_same(pair: tuple[str, str]) -> None:
    comparison = Comparison(*pair)
    old, new = (Counter(filter(is_number, side.tokens)) for side in (comparison.before, comparison.after))
    old_edited, new_edited = comparison.edited_numbers
    assert (old_edited - new_edited, new_edited - old_edited) == (old - new, new - old)
    for i, j in comparison.numbers_in_place:
        assert comparison.before.tokens[i] == comparison.after.tokens[j]


@given(PAIRS)
@SEVERAL
def test_labels_of_different_lines(pair: tuple[str, str]) -> None:
    comparison, (old, new) = Comparison(*pair), map(structure.label_counts, pair)
    old_lines, new_lines = map(structure.label_counts, (comparison.old_lines, comparison.new_lines))
    assert (old_lines - new_lines, new_lines - old_lines) == (old - new, new - old)


@given(PAIRS)
@SEVERAL
def test_new_names(pair: tuple[str, str]) -> None:
    comparison = Comparison(*pair)
    names = {name.casefold() for name in words.NAME.findall(comparison.after.text)}
    if not any(name not in comparison.before.squeezed for name in names):
        assert words.new_names(comparison, SETTINGS).value == 0


@given(TEXTS | st.text())
@SEVERAL
def test_places_of_tokens(text: str) -> None:
    side = Comparison(text, "").before
    found = list(TOKEN.finditer(side.text))
    assert side.tokens == [key(match[0]) for match in found]
    assert (side.starts, side.ends) == ([m.start() for m in found], [m.end() for m in found])


@given(st.from_regex(UNIT_AFTER), st.text(max_size=3))
def test_no_unit_reaches_further_than_it_is_looked_for(unit: str, behind: str) -> None:
    match = UNIT_AFTER.match(unit + behind)
    cut = UNIT_AFTER.match((unit + behind)[:UNIT_REACH])
    assert (match and match[1]) == (cut and cut[1])


SIGNED = {
    "meta commentary": (phrases.META_COMMENTARY.pattern, phrases.META_COMMENTARY.signs),
    "source mention": (phrases.SOURCE_MENTION.pattern, phrases.SOURCE_MENTION.signs),
    "fence": (phrases.FENCE.pattern, phrases.FENCE.signs),
    "refusal": (REFUSAL, phrases.REFUSING.signs),
    "may go": (sentences.MAY_GO, sentences.MAY_GO_SIGNS),
    "citation": (CITATION, CITATION_SIGNS),
    "caption": (structure.CAPTION, structure.CAPTIONED),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SIGNED)
@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_matches_holds_a_sign(name: str, data: st.DataObject) -> None:
    pattern, signs = SIGNED[name]
    text = data.draw(st.from_regex(pattern))
    read = text if name in ("citation", "caption") else lower(text)
    assert any(sign in read for sign in signs) or not pattern.search(read)


def test_an_unchanged_answer_is_measured_like_two_empty_texts() -> None:
    assert check(CHUNK, CHUNK, SETTINGS) == check("", " ", SETTINGS)
    assert all(result.passed for result in check(CHUNK, CHUNK, SETTINGS))


WHITE = st.lists(st.sampled_from([" ", "\n"]), min_size=1, max_size=40)
SAID = {"meta_commentary", "refusal", "wrapping"}
"""Guards that look for phrases in a line, and would find the chunk's own ones that were wrapped before."""


def wrapped_anew(text: str, white: Sequence[str]) -> str:
    """The same words with other single signs between them, again and again the given ones."""
    places = iter(range(len(text)))
    return re.sub(r"(?<=\S)[ \n](?=\S)", lambda _: white[next(places) % len(white)], text)


def measured(results: Sequence[GuardResult]) -> list[GuardResult]:
    return [result for result in results if result.name not in SAID]


@given(st.just(CHUNK) | TEXTS, WHITE)
@SEVERAL
def test_joined_and_wrapped_lines(text: str, white: list[str]) -> None:
    answer = wrapped_anew(text, white)
    if answer != text and is_reflowed(Comparison(text, answer)):
        plain = judge(Comparison(text, answer), GUARDS, (), SETTINGS)
        assert measured(check(text, answer, SETTINGS)) == measured(plain)


PROSE = "The speed was not small.\nIt was 1.20 m\nlong (Smith, 2020)."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PROSE, PROSE.replace("\n", " "), True),
        (PROSE, f"  {PROSE}\n\n", True),
        (PROSE, PROSE.replace("not ", ""), False),
        (PROSE, PROSE.replace("\n", "\n\n", 1), False),
        (f"# Speed\n{PROSE}", f"# Speed\n{PROSE}".replace("m\nlong", "m long"), True),
        (f"# Speed\n{PROSE}", f"# Speed {PROSE}", False),
        (f"{PROSE}\n| 1 | 2 |\n| 3 | 4 |", f"{PROSE}\n| 1 | 2 | | 3 | 4 |", False),
        (f"{PROSE}\n```\na\n```", f"{PROSE}\n``` a\n```", False),
        (f"{PROSE}\nFigure 3. A wave", f"{PROSE} Figure 3. A wave", False),
        ("a", "", False),
        ("", "a", False),
    ],
)
def test_lines_are_joined_only_where_they_are_prose(before: str, after: str, expected: bool) -> None:
    assert is_reflowed(Comparison(before, after)) is expected


def test_a_unit_behind_two_spaces_or_a_phrase_across_lines_is_the_chunks_own() -> None:
    chunk = "The string is 1.20  m long, and I'm\nsorry to say that it broke."
    answer = " ".join(chunk.split())
    assert not all(result.passed for result in judge(Comparison(chunk, answer), GUARDS, (), SETTINGS))
    assert all(result.passed for result in check(chunk, answer, SETTINGS))
