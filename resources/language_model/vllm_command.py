"""What stands on the command line of `vllm serve` and around it, and which of it bears on the answers."""

import os
import re
import subprocess
from hashlib import blake2b
from pathlib import Path

from resources.language_model.errors import ConfigurationError
from resources.language_model.model_files import HEAD_BYTES, take_samples

VERSION_SECONDS = 120.0
# A weak model fills a JSON answer with white space until its tokens are used up, unless it must not (llm.md §1.3).
STRUCTURED_OUTPUTS = {"backend": "xgrammar", "disable_any_whitespace": True}
EMBEDDING = ("--runner", "pooling", "--convert", "embed")
# Arguments that change how fast answers come and not what they say: with another value the stored answers stay valid.
SPEED_ONLY = (
    "--max-num-seqs", "--max-num-batched-tokens", "--gpu-memory-utilization", "--tensor-parallel-size",
    "--pipeline-parallel-size", "--data-parallel-size", "--max-model-len", "--enforce-eager", "--block-size",
    "--enable-prefix-caching", "--no-enable-prefix-caching", "--cpu-offload-gb", "--download-dir", "-tp", "-pp", "-dp",
)  # fmt: skip
_OPTION = re.compile(r"--?[A-Za-z]")
# Secrets of the platform are none of the server's business.
_OWN_VARIABLES = ("DARWIN_", "DAGSTER_")
_QUIET = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}


def answer_arguments(arguments: tuple[str, ...]) -> list[str]:
    """The arguments that bear on answers, in a fixed order: each option with its values, those of ``SPEED_ONLY`` left out.
    A file, such as a chat template, is known by its content too.
    """
    options: list[list[str]] = []
    for part in arguments:
        is_option = _OPTION.match(part) is not None
        if is_option or not options:
            options.append([])
        options[-1] += part.split("=", 1) if is_option else [part]
    return [" ".join(map(_with_content, option)) for option in sorted(options) if option[0] not in SPEED_ONLY]


def _with_content(value: str) -> str:
    if not os.path.isfile(value):  # noqa: PTH113 - a value may be no path at all, and longer than one can be
        return value
    digest = blake2b(digest_size=8)
    with Path(value).open("rb") as file:
        take_samples(file, file.read(HEAD_BYTES), digest)
    return f"{value}:{digest.hexdigest()}"


def vllm_version(executable: str) -> str:
    """The version of vLLM behind an executable. Raises ConfigurationError when it does not tell."""
    # its own Python knows at once; vLLM itself takes up to half a minute to say so
    python = Path(executable).resolve().parent / "python"
    asks = (
        [str(python), "-c", "from importlib.metadata import version; print(version('vllm'))"],
        [executable, "--version"],
    )
    for command in asks:
        try:
            said = subprocess.run(
                command, capture_output=True, text=True, timeout=VERSION_SECONDS, check=True
            ).stdout.split()
        except (OSError, subprocess.SubprocessError):
            continue
        if said:
            return said[-1]
    raise ConfigurationError(f"{executable} --version tells no version; see that it is the executable of vLLM")


def server_environment(api_key: str, executable: str) -> dict[str, str]:
    """This process's environment without the platform's own variables, with the key and the server's own tools."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
    path = f"{Path(executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return {**kept, **_QUIET, "PATH": path, "VLLM_API_KEY": api_key}
