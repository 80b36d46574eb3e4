"""One process that scores what it is sent: `python -m darwin_assets.evaluation.scoring.worker_process`.

`pool` starts it, gives it attempts one at a time and ends it when one takes too long. Verdicts go out as JSON.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from darwin_assets.child_process import channels, confine, processor_time
from darwin_assets.evaluation.scoring.score import score
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.scoring.symbolic import same_expression
from darwin_assets.evaluation.scoring.verdict import Attempt

READY = b"ready"


def main() -> None:
    """Score until the input ends; the first message holds the settings."""
    requests, verdicts = channels()
    settings: ScoringSettings = requests.recv()
    same_expression("x+1", "1+x", settings)  # SymPy is imported before the limits hold
    confine(settings.memory_bytes)
    verdicts.send_bytes(READY)
    while True:
        try:
            attempt: Attempt = requests.recv()
        except EOFError:
            return
        with processor_time(settings.seconds):
            verdict = score(attempt, settings)
        verdicts.send_bytes(json.dumps(asdict(verdict)).encode())


if __name__ == "__main__":
    main()
