"""One huge text is screened and signed in memory that is a small multiple of its length."""

import subprocess
import sys
from pathlib import Path

import pytest

STATUS = Path("/proc/self/status")
MAX_BYTES_A_BYTE = {"screen": 20, "sign": 8}
"""Of these one or two for the bytes of the text and of its plain form or prose, and four or more that Polars frees and keeps
for a while: the same work takes 14 on one machine and 16 on another."""
TEXTS = {
    "words": "' '.join(f'w{number * number % 99991:x}' + ',;.'[number % 3] for number in range(2_000_000))",
    "lines": "'A short line of text.\\n' * 1_000_000",
    "letters": "'a ' * 8_000_000",
    "one line": "'The quick brown fox jumps over the lazy dog and is gone. ' * 250_000",
}
WORK = """
import sys
import polars as pl
from darwin_assets.filter.screen import screen
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import sign

def memory(name):
    return int(open("/proc/self/status").read().partition(name)[2].split()[0]) * 1024

work = screen if sys.argv[2] == "screen" else sign
rows = pl.DataFrame({"id": ["a"], "text": [""]})
work(rows.with_columns(text=pl.lit("Loads kernels and model.")), FilterSettings())
rows = rows.with_columns(text=pl.Series([eval(sys.argv[1])]))
open("/proc/self/clear_refs", "w").write("5")  # the peak so far, of compiling and of making the text, is forgotten
before = memory("VmRSS:")
work(rows, FilterSettings())
print((memory("VmHWM:") - before) / rows["text"].str.len_bytes().item())
"""


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="the system does not tell a process what memory it has had")
@pytest.mark.parametrize("work", MAX_BYTES_A_BYTE)
@pytest.mark.parametrize("text", TEXTS)
def test_memory_is_a_small_multiple_of_one_huge_text(text, work):
    command = [sys.executable, "-c", WORK, TEXTS[text], work]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert float(said) < MAX_BYTES_A_BYTE[work]
