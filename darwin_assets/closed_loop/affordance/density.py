"""How much a row shows of the steps to its answers, 0 to 3 (papers.md §2.2): what each grade means stands in the taxonomy.

Whether the end of a document is supervised, the fourth sign that is named there, is a matter of the loss mask, not of a row.
"""

from __future__ import annotations

import polars as pl

from darwin_assets.closed_loop.affordance.settings import AffordanceSettings

NOISE, STATED, IN_PART, WORKED_OUT = 0, 1, 2, 3
WORDS_OF_A_RATE = 1000

STEPS = (
    r"(?i:(?-u:\b)(?:because|since|therefore|thus|hence|so that|it follows|substitut\w+|first,|next,|then|finally"
    r"|we (?:get|have|find|obtain|see|know|need|can|must)|(?:this|that|which) (?:gives|means|implies|shows)|let (?:us|\$|\*)"
    r"|suppose|consider|step \d|as a result|recall|note that|by (?:the )?definition)(?-u:\b))"
    r"|[a-zA-Z0-9})\]²³]\s?(?:[+/·×÷−]| [-–] |\\(?:times|cdot|div|frac|sqrt|left|pm))[^=\n;,]{0,60}[=≈]"  # worked out
)
EMPTY_ANSWER = (
    r"(?i)^\W*(?:proofs?|(?:student )?answers? (?:will|may|can)? ?var(?:y|ies)[^a-z]*|n/?a|(?:see|check) .{0,40}"
    r"|this is left .*|(?:the |a )?(?:graph|figure|picture|sketch)s?.{0,40})?\W*$"
)
DAMAGED = ("leftover_html", "extraction_errors", "irrelevant_content")
CUT = "truncated"


def n_steps(text: pl.Expr) -> pl.Expr:
    """Cues of steps: reasons, what comes next, and formulas that work something out."""
    return text.str.count_matches(STEPS)


def of_document(settings: AffordanceSettings) -> pl.Expr:
    """Of rows with text, n_words, worked (share), discourse, extraction_artifacts and missing_content."""
    rate = n_steps(pl.col("text")) * WORDS_OF_A_RATE / pl.col("n_words")
    has_steps = rate >= settings.min_document_steps
    is_worked = pl.col("worked") >= settings.min_worked_share
    is_noise = (
        (pl.col("n_words") < settings.min_words)
        | pl.col("extraction_artifacts").is_in(DAMAGED).fill_null(False)
        | pl.col("missing_content").eq_missing(CUT)
    )
    return _graded(is_noise, has_steps & is_worked, (has_steps | is_worked) & (pl.col("discourse") != "reference_list"))


def of_pair(answer: pl.Expr, settings: AffordanceSettings) -> pl.Expr:
    """Of questions with their answers."""
    steps = n_steps(answer)
    is_long = answer.str.count_matches(r"\S+") >= settings.min_answer_words
    is_worked_out = (steps >= settings.min_answer_steps) & is_long
    return _graded(answer.str.contains(EMPTY_ANSWER), is_worked_out, steps >= 1)


def _graded(is_noise: pl.Expr, is_worked_out: pl.Expr, is_in_part: pl.Expr) -> pl.Expr:
    grade = pl.when(is_noise).then(NOISE).when(is_worked_out).then(WORKED_OUT).when(is_in_part).then(IN_PART)
    return grade.otherwise(STATED).cast(pl.Int8)
