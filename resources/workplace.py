"""Where a project keeps its things on this machine: one home folder, overridable piece by piece by environment.

DARWIN_HOME (.darwin)      the folder below which everything else lies unless said otherwise
DARWIN_LAKE                folder or object store URL of the lake
DARWIN_LANDING             folder of the landing zone
DARWIN_RECIPE              the recipe file (TOML)
DARWIN_POLICY              the policy file (TOML): what may be exported for which purpose
DARWIN_BENCHMARKS          the manifest of the benchmarks that training data must not repeat (TOML); their files lie beside it
DAGSTER_HOME               Dagster's own storage
DARWIN_PREVIEW_CHARS (80)  characters of a document that a preview in the UI may show; 0 shows none
DARWIN_PARSERS             processes that parse side by side; the number of processors, at most 4, unless set
DARWIN_EXECUTOR            where steps run: in_process, or ray for the cluster at RAY_ADDRESS (extra `ray`)
"""

import os
from pathlib import Path
from typing import Any

import dagster as dg

from resources.errors import DarwinError

STORAGE_PREFIX = "DARWIN_STORAGE_"
FILE_SCHEME = "file://"
DEFAULT_PREVIEW_CHARS = 80
DEFAULT_EXECUTOR = "in_process"
MOST_PARSERS = 4
"""Each may take the memory of `normalize.parse_memory_bytes`."""


class Workplace(dg.ConfigurableResource[Any]):
    """The folders of one project."""

    home: str

    def lake_uri(self) -> str:
        # a folder is known by its path: links and renames are for folders alone
        return (os.environ.get("DARWIN_LAKE") or str(self._home() / "lake")).removeprefix(FILE_SCHEME)

    def landing(self) -> Path:
        return Path(os.environ.get("DARWIN_LANDING") or self._home() / "landing")

    def recipe_path(self) -> Path:
        return Path(os.environ.get("DARWIN_RECIPE") or self._home() / "recipe.toml")

    def policy_path(self) -> Path:
        return Path(os.environ.get("DARWIN_POLICY") or self._home() / "policy.toml")

    def benchmarks_path(self) -> Path:
        """DarwinError when the environment names a manifest that is not there: nothing would be looked for."""
        named = os.environ.get("DARWIN_BENCHMARKS")
        if named and not Path(named).is_file():
            raise DarwinError(f"DARWIN_BENCHMARKS names {named}, which is no file: name a manifest of benchmarks")
        return Path(named or self._home() / "benchmarks" / "benchmarks.toml")

    def dagster_home(self) -> Path:
        return Path(os.environ.get("DAGSTER_HOME") or self._home() / "dagster").absolute()

    def preview_chars(self) -> int:
        return int(os.environ.get("DARWIN_PREVIEW_CHARS", DEFAULT_PREVIEW_CHARS))

    def parsers(self) -> int:
        return int(os.environ.get("DARWIN_PARSERS") or min(os.cpu_count() or 1, MOST_PARSERS))

    def executor(self) -> str:
        return os.environ.get("DARWIN_EXECUTOR") or DEFAULT_EXECUTOR

    def _home(self) -> Path:
        return Path(self.home).absolute()


def workplace() -> Workplace:
    """The workplace that the environment names."""
    return Workplace(home=os.environ.get("DARWIN_HOME", ".darwin"))


def storage_options() -> dict[str, str]:
    """Options of an object store: every variable `DARWIN_STORAGE_X=v` becomes option `x` (`aws_endpoint_url`, ...)."""
    return {
        name.removeprefix(STORAGE_PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(STORAGE_PREFIX)
    }
