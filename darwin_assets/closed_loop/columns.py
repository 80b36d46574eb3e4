"""The frames that the parts of the loop hand to each other; what is stored has its evaluation's key as `batch` too."""

import polars as pl

from darwin_assets.evaluation.outputs.sample import SCHEMA

SAMPLES = pl.Schema(
    {
        **SCHEMA,
        "item": pl.String(),  # hash of benchmark, subset and item_id: the same for every checkpoint
        "checkpoint": pl.String(),  # as the manifest names it, else the model of the file
        "primary": pl.Boolean(),  # of the metric by which the benchmark is compared
        "file_sha256": pl.String(),
    }
)

LABELS = pl.Schema(
    {
        "item": pl.String(),
        "benchmark": pl.String(),
        "subset": pl.String(),
        "background": pl.String(),
        "task_type": pl.String(),
        "operations": pl.List(pl.String()),  # sorted, without repeats
        "form": pl.String(),  # form, scorer and rigidity: the output constraint
        "scorer": pl.String(),
        "rigidity": pl.String(),
        "slice": pl.String(),  # hash of the four fields and the version of the taxonomy
        "slice_name": pl.String(),
        "confidence": pl.Float64(),  # of the least sure field, 0 to 1
        "annotator": pl.String(),  # "rules" with a version, or the fingerprint of a model
        "taxonomy": pl.String(),
    }
)

SIGNS = pl.Schema(
    {
        "item": pl.String(),
        "checkpoint": pl.String(),
        "sample": pl.Int32(),
        "correct": pl.Boolean(),  # the stored verdict
        "scored_by": pl.String(),  # metric and scorer; null where nobody scored
        "answer_is_prefix": pl.Boolean(),  # the output begins with the right answer, and is scored wrong
        "cut_off": pl.Boolean(),  # ended by the limit of length; null where nothing says so
        "cut_short": pl.Boolean(),  # ended before any answer: empty, but for thoughts, or at the limit of length
        "runs_on": pl.Boolean(),  # goes on after an answer that was complete
        "correct_when_cut": pl.Boolean(),  # scored again after a cut at the first stop pattern; null: cannot be scored again
        "only_format": pl.Boolean(),  # holds the right answer, whole or when cut, but not in the form that was scored
        "worked": pl.Boolean(),  # shows steps before its answer
        "frame": pl.String(),  # hash of the prompt without the item: instructions and examples
        "letter": pl.String(),  # the option that was chosen, where there are options
        "gold_letter": pl.String(),
        "likelihood": pl.Boolean(),  # options were weighed, nothing was written
    }
)

EVIDENCE = pl.Struct(
    {
        "sign": pl.String(),  # which sign was looked for
        "measure": pl.String(),
        "value": pl.Float64(),  # of the checkpoint, or of the two together where there is no other
        "reference": pl.Float64(),
        "threshold": pl.Float64(),
        "setting": pl.String(),  # that names the threshold
        "holds": pl.Boolean(),
    }
)
EXPLAINED = pl.Struct({"cause": pl.String(), "verdict": pl.String(), "points": pl.Float64()})

DIAGNOSES = pl.Schema(
    {
        "checkpoint": pl.String(),
        "reference": pl.String(),
        "benchmark": pl.String(),
        "level": pl.String(),  # "benchmark": all its items; "slice": those of one; "operations": of one operation or pair
        "cell": pl.String(),
        "cell_name": pl.String(),
        "merged_to": pl.String(),  # how far a slice was merged upward
        "background": pl.String(),  # this and the next three: null where merging dropped them
        "task_type": pl.String(),
        "operations": pl.List(pl.String()),
        "form": pl.String(),
        "n": pl.Int64(),  # items that both have
        "score": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "ref_score": pl.Float64(),
        "delta": pl.Float64(),  # score less ref_score
        "delta_low": pl.Float64(),
        "delta_high": pl.Float64(),
        "p": pl.Float64(),
        "p_holm": pl.Float64(),
        "share": pl.Float64(),  # of the benchmark's items
        "weakness": pl.Float64(),  # (ref_score less score) times share
        "weight_in_failure": pl.Float64(),  # of the benchmark's lost points
        "verdict": pl.String(),
        "cause": pl.String(),
        "explained": pl.List(EXPLAINED),  # points of the gap, 0 to 100, by cause; they add up to the gap
        "evidence": pl.List(EVIDENCE),
        "code_sha256": pl.String(),
        "settings_sha256": pl.String(),
    }
)

OPERATIONS = pl.Schema(
    {
        "checkpoint": pl.String(),
        "reference": pl.String(),
        "benchmark": pl.String(),
        "operation": pl.String(),
        "other": pl.String(),  # null: the operation alone
        "background": pl.String(),  # this and the next two: null where its items do not agree
        "task_type": pl.String(),
        "form": pl.String(),
        "n": pl.Int64(),
        "score": pl.Float64(),
        "ref_score": pl.Float64(),
        "share": pl.Float64(),
        "weakness": pl.Float64(),
        "interaction": pl.Float64(),  # score less the lower one of its two operations
        "ref_interaction": pl.Float64(),
        "p": pl.Float64(),
        "p_holm": pl.Float64(),
        "kept": pl.Boolean(),  # significant, and not explained away by another
    }
)

PASSAGES = pl.List(pl.Struct({"operations": pl.List(pl.String()), "share": pl.Float64()}))
"""Sets of operations that passages of a row show, each set once, and the share of the row that these passages take up."""

AFFORDANCES = pl.Schema(
    {
        "id": pl.String(),
        "root_id": pl.String(),
        "level": pl.String(),  # whose published row it is
        "source": pl.String(),
        "licence": pl.String(),
        "text_sha256": pl.String(),
        "tokens": pl.Int64(),
        "tokenizer": pl.String(),  # that counted them, with the digest of its file
        "content_world": pl.String(),
        "symbols": pl.List(pl.String()),  # symbolic systems
        "discourse": pl.String(),
        "operations": pl.List(pl.String()),  # the vocabulary of LABELS.operations
        "passages": PASSAGES,
        "supervision_density": pl.Int8(),  # 0 to 3
        "annotator": pl.String(),
        "taxonomy": pl.String(),
    }
)

RULE_EVIDENCE = pl.Schema(
    {
        "rule": pl.String(),
        "rule_sha256": pl.String(),  # of what it says: evidence counts for this wording only
        "action": pl.String(),
        "evaluation": pl.String(),  # that was diagnosed
        "validation": pl.String(),  # that was made after the intervention
        "mix": pl.String(),  # verdict of the mix that was trained on: one intervention
        "credited": pl.Boolean(),
        "gain": pl.Float64(),  # of targeted over control on the diagnosed cells, 0 to 1
        "gain_low": pl.Float64(),
        "gain_high": pl.Float64(),
    }
)

VALIDATIONS = pl.Schema(
    {
        "evaluation": pl.String(),  # that was diagnosed
        "kind": pl.String(),  # "diagnosed": items that hold what a mix was aimed at; "others": those that hold none of it
        "benchmark": pl.String(),  # null: of all of them together
        "operations": pl.List(pl.String()),  # null for others, and for all that is diagnosed
        "n": pl.Int64(),  # items that all three checkpoints have, and no row of the mix repeats
        "n_repeated": pl.Int64(),  # items that a row of the mix repeats: they count nowhere
        "n_unseen": pl.Int64(),  # of n: items without a word in the files, which no row could be held against
        "before": pl.Float64(),
        "targeted": pl.Float64(),
        "control": pl.Float64(),
        "gain": pl.Float64(),  # targeted less before
        "gain_low": pl.Float64(),
        "gain_high": pl.Float64(),
        "over_control": pl.Float64(),  # targeted less control
        "over_low": pl.Float64(),
        "over_high": pl.Float64(),
        "p": pl.Float64(),  # of no difference from control; null for too few items
        "p_holm": pl.Float64(),  # over the diagnosed cells, a benchmark and operations each
        "credited": pl.Boolean(),  # null for rows that are no cell
        "reason": pl.String(),
        "trail": pl.String(),  # from the failure to this result, JSON
    }
)

MIX = pl.Schema(
    {
        "id": pl.String(),
        "root_id": pl.String(),
        "level": pl.String(),
        "row_batch": pl.String(),  # of the published row
        "source": pl.String(),
        "licence": pl.String(),
        "arm": pl.String(),  # "targeted" or "control"
        "place": pl.Int64(),  # order within the arm, from 0
        "tokens": pl.Int64(),  # of the row
        "tokens_used": pl.Int64(),  # of it in this arm: fewer for the last row only
        "weight": pl.Float64(),
        "cluster": pl.String(),  # of near-duplicates
        "passages": PASSAGES,
        "text_sha256": pl.String(),  # of the row when it was drawn
        "manifest": pl.String(),  # how its arm was drawn, JSON
    }
)
