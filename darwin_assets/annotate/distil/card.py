"""The card of a trained model: what it is, what it was trained on, how good it is, what it is for."""

from __future__ import annotations

from darwin_assets.annotate.distil.classifier import N_BUCKETS, N_EPOCHS, Classifier
from darwin_assets.annotate.distil.measures import Report


def card(model: Classifier, report: Report, counts: dict[str, dict[str, int]], by: str, raw_error: float) -> str:
    """Markdown. `counts`: part → label → documents; `by`: who gave the labels; `raw_error`: ECE before the temperature."""
    labels = "\n".join(
        f"| {label} | {' | '.join(str(counts[part].get(label, 0)) for part in counts)} | {report.auc[label]} |"
        for label in model.labels
    )
    bins = "\n".join(
        f"| {one.low:.1f}–{one.high:.1f} | {one.n} | {one.confidence:.3f} | {one.accuracy:.3f} |" for one in report.bins
    )
    return f"""# {model.name}

A linear classifier that was distilled from labels by {by}. Identity: `{model.identity}`.

| what | value |
| --- | --- |
| features | words and pairs of neighbours in small letters, hashed into {N_BUCKETS:,} buckets; static embedding; style |
| read of a document | the windows that L3 reads |
| training | softmax regression, Adagrad, {N_EPOCHS} passes, every label weighted alike, deterministic |
| temperature | {model.temperature:.2f}, fitted on the calibration part |
| data | SHA-256 over ids, texts and labels: `{model.data_sha256}` |
| split | by hash of the document's id: 70 % to train, 10 % to calibrate, 20 % to test |

## Labels

| label | {" | ".join(counts)} | AUC against the others |
| --- | {"--- | " * len(counts)}--- |
{labels}

## On the {report.n} documents of the test part

| measure | value (95 % interval) |
| --- | --- |
| accuracy | {report.accuracy} |
| macro F1 | {report.macro_f1} |
| expected calibration error | {report.expected_calibration_error:.3f} (without temperature {raw_error:.3f}) |

Accuracy has Wilson's interval, the others those of a bootstrap over documents. Documents of one source are not independent:
the true uncertainty is larger. The labels count as right here; a fault of theirs is a fault that the model has learned.

| probability | documents | mean probability | share right |
| --- | --- | --- | --- |
{bins}

![Calibration: probability against share right](calibration.svg)

## Intended use

Scores in the column `scores` of L3, for texts of the kind that it was trained on. It drops nothing by itself. Compare it
with a second scorer before anything depends on it: `darwin annotator compare`.
"""
