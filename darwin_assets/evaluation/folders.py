"""Where a run writes, as the published toolkit does (papers.md §3.7): one folder a model, benchmark, repeat and task."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MODEL_PARTS = 4
SHARD = re.compile(r"(?:predictions|metrics)\.(\d+)\.json")


@dataclass(frozen=True)
class TaskFolder:
    """`<model>/<benchmark>/infer_logs/<task>/`; with repeats `<model>/<benchmark>/sample_logs/<repeat>/<task>/`.

    `test_data/test.jsonl` holds the items as asked, `samples/` predictions and metrics, `logs/run.json` what the run is.
    """

    path: Path

    @classmethod
    def of(cls, output: Path, model: str, benchmark: str, task: str, repeat: int | None) -> TaskFolder:
        """`model` is a name or path, of which the last four parts count; `repeat` is null for a run without repeats."""
        parts = [part for part in PurePosixPath(model).parts if part not in ("/", "..")][-MODEL_PARTS:]
        kind = ["infer_logs"] if repeat is None else ["sample_logs", str(repeat)]
        return cls(output.joinpath(*parts, benchmark, *kind, task))

    @classmethod
    def all_of(cls, output: Path, model: str, benchmark: str, task: str) -> list[TaskFolder]:
        """That of the run without repeats, or those of all its repeats that stand there; a run may have been done both ways,
        then the one without counts."""
        single = cls.of(output, model, benchmark, task, None)
        if single.path.is_dir():
            return [single]
        repeats = single.path.parent.parent.joinpath("sample_logs").glob(f"*/{task}")
        return [cls(path) for path in sorted(repeats)]

    @property
    def test_data(self) -> Path:
        return self.path / "test_data" / "test.jsonl"

    @property
    def run(self) -> Path:
        return self.path / "logs" / "run.json"

    def predictions(self, shard: int | None = None) -> Path:
        """Of one shard, or of all."""
        return self._sample_file("predictions", shard)

    def metrics(self, shard: int | None = None) -> Path:
        """Of one shard, or of all."""
        return self._sample_file("metrics", shard)

    def shards(self) -> set[int]:
        """Numbers of the shards of which a file stands here, by its whole name.

        The published toolkit takes every file in whose path the number occurs anywhere (defect 5).
        """
        matches = (SHARD.fullmatch(path.name) for path in (self.path / "samples").glob("*.json"))
        return {int(match[1]) for match in matches if match}

    def _sample_file(self, name: str, shard: int | None) -> Path:
        number = "" if shard is None else f".{shard}"
        return self.path / "samples" / f"{name}{number}.json"
