from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.reply_text import CONTROLS, has_controls

ANY = st.text() | st.text(st.characters(max_codepoint=0x7F)) | st.sampled_from([chr(code) for code in range(0x200)])


@given(ANY)
def test_controls_are_found_in_ascii_and_beyond_it(text):
    assert has_controls(text) is (CONTROLS.search(text) is not None)
