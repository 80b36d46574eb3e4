"""Settings of the output-channel audit. The paper names the signs; where they begin is our own choice."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from darwin_assets.evaluation.scoring.settings import ScoringSettings

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Mark = Annotated[str, Field(min_length=1)]


class ChannelSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    stop_strings: tuple[Mark, ...] = Field(
        default=(
            "\nQ:", "\nQuestion:", "\nProblem:", "\nExercise:", "\nInput:", "\nHuman:", "\nUser:", "\n### Instruction",
            "<|im_start|>", "<start_of_turn>",
        ),
        description="Where another item or turn begins: an answer has ended before. What stands at the very beginning of an "
        "output is none.",
    )  # fmt: skip
    end_marks: tuple[Mark, ...] = Field(
        default=(
            "<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>", "<end_of_turn>", "</s>", "<eos>",
        ),
        description="What ends a turn or document: text behind it is another one; at the very end of an output it says that "
        "the model stopped.",
    )  # fmt: skip
    line_words: int = Field(
        default=30, ge=1, description="Words of a right answer up to which it can be given as one line, without steps."
    )
    max_extra_words: int = Field(
        default=1,
        ge=0,
        description="Words that a first line may have beyond the right answer's and still count as an answer given without "
        "steps; what follows that line is cut off.",
    )
    run_on_words: int = Field(
        default=8,
        ge=1,
        description="Words behind a complete answer from which on an output runs on; fewer round it off.",
    )
    circle_times: int = Field(default=4, ge=2, description="Times from which on the same words go in circles.")
    circle_chars: int = Field(
        default=240,
        ge=30,
        description="Characters at an output's end that are nothing but a circle, whatever its words.",
    )
    steps_words: int = Field(
        default=8,
        ge=1,
        description="Words before the answer from which on an output shows steps, if there is a sentence or a line.",
    )
    proof_rows: int = Field(
        default=100,
        ge=1,
        description="Right and wrong outputs, each, without anything to cut, on which a rule of scoring is compared with the "
        "verdicts stored for a benchmark before cut outputs are scored by it.",
    )
    min_agreement_right: Share = Field(
        default=0.95, description="Share of right outputs that the rule must find right; else nothing is scored again."
    )
    min_agreement_wrong: Share = Field(
        default=0.5,
        description="Share of wrong outputs that it must find wrong. Lower: a better scorer finds some of them right, "
        "and wrong outputs of a good model are few.",
    )
    min_wrong_rows: int = Field(
        default=10,
        ge=1,
        description="Wrong outputs without anything to cut from which on `min_agreement_wrong` is asked.",
    )
    scoring: ScoringSettings = Field(default=ScoringSettings(), description="Limits and tolerances of scoring again.")
