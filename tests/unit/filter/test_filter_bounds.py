"""No kernel reads or writes outside its arrays: numba asks at each access where NUMBA_BOUNDSCHECK is set."""

import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from darwin_assets.filter.kernels.from_zero import KernelCompiler
from darwin_assets.filter.kernels.garbled import longest_piece

WORK = r"""
import random
import polars as pl
from darwin_assets.annotate.reading import read
from darwin_assets.decontamination.ngrams import build_index, exact_matches
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.filter.screen import screen
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import sign

drawn = random.Random(0)
pieces = [*map(chr, range(0x100)), *"αЖא한字あ\u0301\u200b\u2028\ufffd\uf0b7😀", "$$", "\\(", "](", "<!--", "```", "\n\n"]
pieces += ["| a |", "https://a.b/c", "lorem ipsum", "The force of the and to be.", "\n- ", "\n# ", "\n1. ", "...", "…\n"]

def text(n_pieces):
    return drawn.choice(["", " ", "\n"]).join(drawn.choices(pieces, k=n_pieces))

texts = [text(drawn.randrange(300)) for _ in range(1000)]
rows = pl.DataFrame({"id": [str(number) for number in range(1000)], "text": texts})
screen(rows, FilterSettings())
sign(rows, FilterSettings())
items = pl.DataFrame({"question": texts[:100], "sample": texts[100:200]})
read(texts)
exact_matches(rows["text"], build_index(items, DecontaminationSettings()))
print("done")
"""
CHECKED = {"boundscheck": True, "pipeline_class": KernelCompiler}


@pytest.mark.slow
def test_kernels_stay_inside_their_arrays_whatever_the_text(tmp_path):
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", WORK], env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout == "done\n", ran.stderr[-2000:]


def _read(array, index):
    return array[index]


def _write(table, row, column):
    table[row, column] = 1.0


def test_an_index_below_zero_is_outside():
    """numba itself would count it from the end, as Python does."""
    array, table = np.arange(3), np.zeros((2, 2))
    read, write = (numba.njit(**CHECKED)(access) for access in (_read, _write))
    write(table, 1, 0)
    assert read(array, 2) == 2
    assert table.tolist() == [[0.0, 0.0], [1.0, 0.0]]
    for index in (-1, 3):
        with pytest.raises(IndexError):
            read(array, index)
    with pytest.raises(IndexError):
        write(table, 1, -1)


def test_a_constant_counts_from_the_end():
    assert numba.njit(**CHECKED)(lambda array: array[-1])(np.arange(3)) == 2


def test_a_control_character_is_part_of_a_piece():
    text = np.frombuffer(b"a b\x00\x01c\x1fd e", dtype=np.uint8)
    assert longest_piece(text, 0, text.size) == len(b"b\x00\x01c\x1fd")
