"""Leaks made to be found: benchmark questions as they get into training data, so that a gate can be told from a hole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType

import polars as pl

from darwin_assets.decontamination.look import QUERIES
from darwin_assets.decontamination.numbers import SCALES, WORDS

PLANTED: dict[str, pl.DataType] = {
    **QUERIES,
    "kind": pl.String(),
    "benchmark": pl.String(),
    "file": pl.String(),
    "number": pl.Int64(),
}
"""`QUERIES`, how the leak was made, and the item that it is of."""

_INTEGER = re.compile(r"(?<![\w.,^{\\/$-])(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?![\w^}/%$]|[.,]\d)")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_WORD_OF = {value: word for word, value in WORDS.items()}

_OTHER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "how many": "what number of", "how much": "what amount of", "how long": "for what time", "find": "determine",
        "calculate": "work out", "what is": "state", "which of the following": "which one among these", "compute": "obtain",
        "each": "every", "every": "each", "buys": "purchases", "bought": "purchased", "gets": "receives", "got": "received",
        "needs": "requires", "makes": "produces", "made": "produced", "gives": "hands over", "gave": "handed over",
        "wants": "would like", "has": "owns", "had": "owned", "also": "in addition", "but": "yet", "because": "since",
        "then": "after that", "decides": "chooses", "start": "begin", "starts": "begins", "total": "overall",
        "rest": "remainder",
        "about": "around", "large": "big", "small": "little", "show": "demonstrate", "let": "suppose that", "if": "in case",
        "given": "known", "following": "subsequent", "true": "correct", "false": "wrong", "person": "individual",
        "people": "persons", "money": "cash", "cost": "price", "costs": "is priced at", "twice": "two times",
        "contains": "holds", "per": "for each", "day": "single day", "week": "period of seven days",
    }
)  # fmt: skip
_OTHER_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_OTHER_WORDS, key=len, reverse=True))})\b", re.IGNORECASE)


def verbatim(question: str) -> str:
    """As it is."""
    return question


def wrapped(question: str) -> str:
    """In the midst of words that are not the benchmark's."""
    return (
        f"The exercise below was set in last year's course, and most of the class solved it.\n\n{question}\n\n"
        "Write down every step, and check the result before you hand it in."
    )


def reworded(question: str) -> str:
    """What is asked for first, and other words for common ones. Weaker than what a model makes of it."""
    *told, asked = _SENTENCES.split(question.strip())
    return _OTHER_WORD.sub(lambda found: _OTHER_WORDS[found[0].lower()], " ".join([asked, *told]))


def spelt_out(question: str) -> str:
    """Whole numbers as words, but those in formulas."""
    return _INTEGER.sub(lambda found: spoken(int(found[0].replace(",", ""))), question)


LETTERED, LETTER = "lettered", "(C)"
"""Reworded, and answered as a test of options is: by a letter, which says nothing of what the benchmark's answer is."""
KINDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"verbatim": verbatim, "wrapped": wrapped, "reworded": reworded, "spelt_out": spelt_out, LETTERED: reworded}
)


def planted(items: pl.DataFrame, n_of_each: int, seed: int = 0, min_words: int = 0) -> pl.DataFrame:
    """`PLANTED`: leaks of every kind, each of the same `n_of_each` items (`items.ITEMS`) a benchmark, or of all it has,
    with the item's answer but for `LETTERED`.

    Chosen by hashes, so that an item's luck depends on nothing but itself; questions of fewer than `min_words` are passed
    over. The ids begin with "leak:".
    """
    fit = items.filter(pl.col("question").str.count_matches(r"\w+") >= min_words)
    named = fit.select(pl.concat_str(pl.lit(str(seed)), "file", "number", separator=":"))[:, 0]
    luck = pl.Series("luck", [sha256(name.encode()).hexdigest() for name in named])
    chosen = fit.with_columns(luck).sort("luck").group_by("benchmark", maintain_order=True).head(n_of_each)
    rows = [
        (
            f"leak:{kind}:{file}:{number}",
            0,
            make(question),
            LETTER if kind == LETTERED else answer,
            kind,
            name,
            file,
            number,
        )
        for name, file, number, question, answer in chosen.sort("file", "number")
        .select("benchmark", "file", "number", "question", "answer")
        .iter_rows()
        for kind, make in KINDS.items()
    ]
    return pl.DataFrame(rows, schema=PLANTED, orient="row")


def recall(leaks: pl.DataFrame, removed: pl.Series) -> pl.DataFrame:
    """`kind`, `n`, `n_caught` of leaks (`PLANTED`) by the ids that were removed, in the order of the kinds."""
    return leaks.group_by("kind", maintain_order=True).agg(
        n=pl.len().cast(pl.Int64), n_caught=pl.col("id").is_in(removed.implode()).sum().cast(pl.Int64)
    )


def spoken(number: int) -> str:
    """A whole number from 0 to below 10^9 in English words."""
    for scale in ("million", "thousand", "hundred"):
        above, below = divmod(number, SCALES[scale])
        if above:
            return f"{spoken(above)} {scale}" + (f" {spoken(below)}" if below else "")
    if number in _WORD_OF:
        return _WORD_OF[number]
    return f"{_WORD_OF[number - number % 10]}-{_WORD_OF[number % 10]}"
