"""The flags of every code point are what Python says of it."""

import sys
import unicodedata

import numpy as np
import pytest

from darwin_assets.filter.kernels import characters
from darwin_assets.filter.kernels.characters import character_table

EVERY = [chr(code_point) for code_point in range(sys.maxunicode + 1)]
UNFIT = ("Cc", "Cn", "Co", "Cs")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ALNUM", str.isalnum),
        ("ALPHA", str.isalpha),
        ("UPPER", str.isupper),
        ("LOWER", lambda character: character.islower() or unicodedata.category(character) == "Lt"),
        ("DECIMAL", str.isdecimal),
        ("SPACE", str.isspace),
        ("LINE_BREAK", lambda character: len(f"{character}.".splitlines()) == 2),
        ("UNFIT", lambda character: unicodedata.category(character) in UNFIT),
        ("PUNCTUATION", lambda character: unicodedata.category(character).startswith("P")),
        ("SYMBOL", lambda character: unicodedata.category(character) == "So"),
    ],
)
def test_every_flag_is_what_python_says(name, expected):
    is_set = character_table() & getattr(characters, name) != 0
    assert np.flatnonzero(is_set).tolist() == [code for code, character in enumerate(EVERY) if expected(character)]
