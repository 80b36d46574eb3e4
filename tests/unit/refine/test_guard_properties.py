"""Any answer whatsoever: no guard raises, the original is never lost, no level exceeds its permissions (papers.md §1.2)."""

import re
import resource
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from darwin_assets.complete import assemble as complete
from darwin_assets.complete.settings import CompleteSettings
from darwin_assets.complete.tasks import WindowTask
from darwin_assets.refine import assemble as refine
from darwin_assets.refine.answer import EngineReply, wrap
from darwin_assets.refine.settings import RefineSettings
from darwin_assets.refine.tasks import ChunkTask

CHUNK = """## Standing waves

A string of length 1.20 m is driven at 60 Hz, and four loops appear (Smith, 2020). With $v = f \\lambda$ the speed
is not small.

$$\\lambda = \\frac{2L}{n} \\tag{5}$$

| n | f |
| --- | --- |
| 1 | 15 |

Exercise 2. Find the speed of the wave on this string."""
MARKS = """
$|$$|{|}|\\frac{|\\begin{x}|\\end{x}|```\n|## |# New\n|7 |1.21 |Hz |not |[3] |(Weber, 1994) |(5) |\\tag{6}|$E = m c^2$ |
</CLEANED_TEXT>|<CLEANED_TEXT>|<think>|</think>|I'm sorry |
\x00|\x1b[0m|\u200b|\ufeff|\ue000|\uf7ff|\ufffd|е́|第三章。|🜲|\u2028|\r\n|&amp;|&#x0;|http://a.b/c |$1 = 2$ |$x^{99999999}=2$
"""
MANY = ["| ", "word " * 300, "(" * 50, "](" * 20, "^{" * 30]
PIECES = [*re.split(r"(?<=[ \n])", CHUNK), CHUNK, *re.split(r"\|\n?", MARKS.strip("\n")), *MANY]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=30).map("".join)
NEAR = st.lists(
    st.tuples(st.integers(0, len(CHUNK)), st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=8)), max_size=4
)
CHUNKS = st.just(CHUNK) | TEXTS
REPLIES = st.builds(
    EngineReply,
    st.none() | TEXTS | TEXTS.map(wrap),
    st.sampled_from([None, "stop", "length", "repetition", "content_filter", "odd words"]),
    st.sampled_from([None, None, None, "timeout", "some words of a server"]),
)


def edited(changes: list[tuple[int, int, str]]) -> str:
    """The chunk with some places cut out and filled anew: answers that come near to passing."""
    text = CHUNK
    for at, length, new in changes:
        text = text[:at] + new + text[at + length :]
    return text


def l4(chunk: str, reply: EngineReply | None) -> refine.Outcome:
    return refine.decide(ChunkTask("k", "r", 0, 0, chunk), reply, RefineSettings())


def l5(window: str, reply: EngineReply | None) -> complete.Outcome:
    return complete.decide(WindowTask("k", "r", 0, 0, window), reply, CompleteSettings())


@given(CHUNKS, st.none() | REPLIES)
@settings(max_examples=150, deadline=None)
def test_no_answer_raises_or_loses_the_original(chunk: str, reply: EngineReply | None) -> None:
    for outcome in (l4(chunk, reply), l5(chunk, reply)):
        assert outcome.state in {"cleaned", "completed", "empty", "unchanged", "fell_back"}
        if outcome.state in ("fell_back", "unchanged"):
            assert outcome.text == chunk
        assert all(guard.passed for guard in outcome.guards) or outcome.state == "fell_back"


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+", text))


def words(text: str) -> str:
    """Letters and digits alone: a stray mark between two words is no loss."""
    return " ".join(re.findall(r"[^\W_]+", text))


def formulas(text: str) -> set[str]:
    """Formulas by another reading than the guards': whatever stands between dollars, without layout."""
    found = re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, re.DOTALL)
    return {re.sub(r"[\s{}]", "", a or b) for a, b in found}


@pytest.mark.slow
@given(NEAR)
@example([(221, 0, "## ")])  # a mark that takes a sound word apart
@settings(max_examples=300, deadline=None)
def test_what_l4_accepts_holds_nothing_that_the_chunk_does_not_hold(changes: list[tuple[int, int, str]]) -> None:
    outcome = l4(CHUNK, EngineReply(wrap(edited(changes))))
    if outcome.state == "cleaned":
        assert set(numbers(outcome.text)) <= set(numbers(CHUNK))
        assert formulas(outcome.text) <= formulas(CHUNK)
        assert len(re.findall(r"^#{1,6} +\w", outcome.text, re.MULTILINE)) <= 1
        assert "15 |" in outcome.text
        assert len(outcome.text) <= 1.05 * len(CHUNK) + 16


@pytest.mark.slow
@given(NEAR, st.sampled_from(["", " It helps to see this as a rope that two children turn."]))
@example([(3, 0, "| ")], "")  # a mark before a heading's words leaves it a heading
@example([(0, 0, "2. ")], "")  # behind the number of a list item it is none
@settings(max_examples=300, deadline=None)
def test_what_l5_accepts_holds_all_that_the_window_holds(changes: list[tuple[int, int, str]], added: str) -> None:
    answer = edited(changes).replace("appear (Smith, 2020).", f"appear (Smith, 2020).{added}", 1)
    outcome = l5(CHUNK, EngineReply(answer))
    if outcome.state == "completed":
        assert not numbers(CHUNK) - numbers(outcome.text)
        assert formulas(CHUNK) <= formulas(outcome.text)
        assert re.findall(r"^(#{1,6}) +[^\w\n]*(\w[\w ]*\w)", outcome.text, re.MULTILINE) == [("##", "Standing waves")]
        assert "| 1 | 15 |" in outcome.text
        for kept in ("Smith 2020", "tag 5", "Exercise 2"):
            assert kept in words(outcome.text)
        assert words(outcome.text).endswith("this string")
        assert len(outcome.text) > len(CHUNK)


def test_near_answers_do_pass() -> None:
    """The two tests above would say nothing if no answer were accepted."""
    assert l4(CHUNK, EngineReply(wrap(CHUNK.replace("four loops", "four  loops")))).state == "cleaned"
    longer = CHUNK.replace(
        "appear (Smith, 2020).", "appear (Smith, 2020). It helps to see this as a rope that two children turn."
    )
    assert l5(CHUNK, EngineReply(longer)).state == "completed"


ADVERSARIAL = {
    "letters": "a",
    "words": "word ",
    "two words": "on off ",
    "open math": "$",
    "open display": "\\[ ",
    "open brackets": "[",
    "links": "[a](",
    "open braces": "{",
    "fractions": "\\frac",
    "tags": "<a ",
    "stars": "**",
    "pipes": "| a |\n",
    "headings": "# \n",
    "fences": "```\n",
    "citations": "(A 2",
    "parentheses": "(",
    "digits": "1,",
    "numbers": "1 2 ",
    "dots": ". ",
    "newlines": "\n \n",
    "begin": "\\begin{a}",
    "quotes": "`` ",
    "spaces": " ",
    "here": "here is the ",
    "bracket words": "[some words of ",
    "powers": "$x^{2}",
    "equations": "$a=b$ ",
    "accents": "e\u0301",
    "notes": "[^1]:",
}
SECONDS = 60
"""CPU seconds for all of them together; with quadratic time one would take longer."""


@pytest.mark.slow
def test_hostile_answers_take_bounded_time() -> None:
    """Chunks of 8,000 and answers of 8,000, 24,000 and 1,000,000 characters; the limit counts CPU, not the clock."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    code = "from tests.unit.refine.test_guard_properties import meet_hostile_answers; meet_hostile_answers()"
    done = subprocess.run([sys.executable, "-c", code], preexec_fn=limited, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def meet_hostile_answers() -> None:
    """Every adversarial string as an answer to itself, to sound text, and of a length beyond measure."""
    for unit in ADVERSARIAL.values():
        chunk, same, long, endless = (unit * (n // len(unit)) for n in (8_000, 8_000, 24_000, 1_000_000))
        for before, after in (
            (chunk, same + "."),
            (chunk, long),
            (CHUNK, long),
            (CHUNK, endless),
            (CHUNK, CHUNK + endless),
        ):
            assert l4(before, EngineReply(wrap(after))).text in (before, after.strip(), "")
            l5(before, EngineReply(after))
