from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.annotate.windows import windows

TEXTS = st.text(alphabet="ab \n$", max_size=3000)


@given(text=TEXTS, max_windows=st.integers(1, 9), window_chars=st.integers(100, 400))
def test_windows_are_bounded_pieces_of_the_text(text: str, max_windows: int, window_chars: int) -> None:
    pieces = windows(text, max_windows, window_chars)

    assert len(pieces) <= max_windows
    assert all(0 < len(piece) <= window_chars for piece in pieces)
    assert all(piece in text for piece in pieces)
    assert bool(pieces) == bool(text)


@given(n_chars=st.integers(1, 4000), max_windows=st.integers(2, 9), window_chars=st.integers(100, 400))
def test_windows_reach_from_the_start_to_the_end(n_chars: int, max_windows: int, window_chars: int) -> None:
    text = "".join(chr(0x4E00 + position) for position in range(n_chars))  # every character tells its position

    pieces = windows(text, max_windows, window_chars)

    assert text.startswith(pieces[0])
    assert text.endswith(pieces[-1])
    if n_chars <= max_windows * window_chars:
        assert "".join(pieces) == text


def test_pieces_end_where_a_line_ends() -> None:
    line = "The field is $E = mc^2$ as shown."
    text = "\n".join([line] * 200)

    for piece in windows(text, 4, 500):
        assert piece.count("$") % 2 == 0
        assert set(piece.split("\n")) == {line}
