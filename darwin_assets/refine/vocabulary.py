"""What the guards know of words: which are in common use, which deny, which are opposites, and how print is misread."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

_NUMBER_WORDS = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
"""
NUMBER_WORDS = frozenset(_NUMBER_WORDS.split())
"""One is left out: it is a pronoun more often than a number."""

_NEGATIONS = """
not no never none nor neither without cannot hardly barely scarcely nothing nobody nowhere unless except nicht kein
keine keinen keiner nie ohne weder pas jamais sans 不 没 未 无 無
"""
NEGATIONS = frozenset(_NEGATIONS.split())
_OPPOSITES = """
increase decrease|increasing decreasing|increases decreases|rise fall|rises falls|rose fell|high low|higher lower
highest lowest|large small|larger smaller|largest smallest|big small|great little|greater less|more less|more fewer
most least|most fewest|maximum minimum|maximal minimal|positive negative|before after|above below|over under
hot cold|hotter colder|warm cold|warm cool|warmer colder|left right|up down|upper lower|inner outer|inside outside
internal external|first last|early late|earlier later|always never|always sometimes|all none|all some|every no
many few|same different|equal unequal|with without|include exclude|includes excludes|included excluded|attract repel
attraction repulsion|attractive repulsive|absorb emit|absorbs emits|absorbed emitted|gain loss|gains loses
oxidation reduction|oxidized reduced|acid base|acidic basic|anode cathode|cation anion|endothermic exothermic
hypertension hypotension|accept reject|accepted rejected|accepts rejects|true false|open close|open closed
opens closes|opened closed|convex concave|even odd|parallel perpendicular|direct inverse|directly inversely
input output|faster slower|fast slow|quickly slowly|longer shorter|long short|strong weak|stronger weaker
strongly weakly|add subtract|adding subtracting|added subtracted|multiply divide|multiplied divided
multiplying dividing|dominant recessive|sufficient insufficient|necessary sufficient|finite infinite
bounded unbounded|converge diverge|converges diverges|converged diverged|convergent divergent
continuous discontinuous|continuous discrete|linear nonlinear|dependent independent|depends independent
stable unstable|real virtual|real imaginary|bright dim|bright faint|bright dark|light dark|light heavy
lighter heavier|begin end|begins ends|start stop|starts stops|deep shallow|deeper shallower|wide narrow
wider narrower|thick thin|thicker thinner|north south|east west|winter summer|night day|rich poor|richer poorer
safe dangerous|easy difficult|easily hardly|freely hardly|often seldom|often rarely|usually rarely|exactly roughly
best worst|better worse|success failure|succeed fail|succeeds fails|active passive|clockwise anticlockwise
forward backward|forwards backwards|horizontal vertical|rough smooth|dry wet|empty full|alive dead|male female
symmetric asymmetric|singular invertible|singular regular|ascending descending|ascend descend|singly doubly
present absent|presence absence|near far|nearer farther|gas liquid|may must|can must|may cannot|permit forbid
permits forbids|allow prevent|allows prevents|allowed prevented|likely unlikely
"""
OPPOSITES = frozenset(frozenset(pair.split()) for line in _OPPOSITES.strip().split("\n") for pair in line.split("|"))
NEGATING = ("un", "in", "im", "ir", "il", "non", "dis", "anti", "ab", "a", "mis", "de")
_TURNING = (
    "hyper hypo|endo exo|inter intra|micro macro|over under|pre post|ante post|sub super|in de|ad ab|ex in|max min"
)
TURNING = tuple(pair.split() for pair in _TURNING.split("|"))
_FILLERS = """
clearly obviously evidently trivially plainly easily simply just very also thus hence therefore then indeed however
moreover furthermore namely such that this these those there here which where when while only still even well
"""
FILLERS = frozenset(_FILLERS.split())
_STOP_WORDS = """
the of and to in is are was were be been a an that this it its for with as by on at from or not but if than then so
which who has have had can may must will would does do did no their there these those they we one all when into also
only between der die das und ist sind ein eine von mit auf den dem des nicht so bei wird für wie le la les de des et
est une un du que qui dans ne pas se il sont pour par sur au
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_FOLDS = str.maketrans(
    {"0": "o", "1": "l", "5": "s", "8": "b", "|": "l", "í": "i", "!": "l", "6": "b", "9": "g", "$": "s"}
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("li", "h"))
_DIGITS = str.maketrans(
    {"o": "0", "O": "0", "l": "1", "I": "1", "i": "1", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2"}
)
_LOOK_ALIKE = str.maketrans({"o": "0", "l": "1", "i": "1", "s": "5"})
_LETTERS = str.maketrans({"i": "l", "j": "l", "f": "t", "c": "e", "b": "h"})


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word in which characters that print confuses are the same: 1 and l, rn and m."""
    word = word.casefold().translate(_FOLDS)
    for misread, meant in _PAIRS:
        word = word.replace(misread, meant)
    return word.translate(_LETTERS)


def same_digits(token: str) -> str:
    """An identifier in which digits and the letters that look like them are the same: H20 and H2O."""
    return token.casefold().translate(_LOOK_ALIKE)


def as_digits(token: str) -> str | None:
    """The number that a token of digits and look-alikes may be, or None."""
    read = token.translate(_DIGITS)
    return read if re.fullmatch(r"-?\d+(?:[.,]\d+)*", read) else None


@cache
def _encoding() -> Any:
    import bpe_openai

    return bpe_openai.get_encoding("cl100k_base")


@lru_cache(maxsize=50_000)
def is_known(word: str) -> bool:
    """Whether a word is in such common use that the vocabulary of bpe-openai holds it whole."""
    return len(_encoding().encode_ordinary(f" {word}")) == 1


def are_opposites(old: str, new: str) -> bool:
    """Whether one word turns the meaning of the other round: listed pairs, and words that differ by such a prefix."""
    if frozenset((old, new)) in OPPOSITES:
        return True
    if old[-1:] != new[-1:]:
        return False  # words that differ by a prefix end alike
    short, long = sorted((old, new), key=len)
    if len(short) >= 4 and any(long == prefix + short for prefix in NEGATING):
        return True
    return any(
        (old.startswith(a) and new == b + old[len(a) :]) or (old.startswith(b) and new == a + old[len(b) :])
        for a, b in TURNING
        if len(old) > len(a) + 3
    )
