import polars as pl
import pytest

from darwin_assets.annotate.artefacts import ArtefactAnnotator
from darwin_assets.annotate.documents import read_documents
from darwin_assets.annotate.settings import AnnotateSettings

PROSE = "The tide comes in twice a day because the moon pulls on the sea, and the sea follows it around the earth. "


def labels(text: str) -> tuple[str, str]:
    documents = read_documents(pl.DataFrame({"text": [text]}), AnnotateSettings())
    return ArtefactAnnotator().annotate(documents).row(0)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (PROSE * 3, "none"),
        (PROSE * 3 + "</div></div><br/>&nbsp;", "leftover_html"),
        (PROSE * 3 + "```html\n<div><br></div><p></p>\n``` is how it is written.", "none"),
        (PROSE * 3 + "if a < b and b > c then a is least.", "none"),
        (PROSE * 3 + "(cid:12)(cid:13) the eﬀect � of", "extraction_errors"),
        (PROSE * 3 + "and t h e n g o b r k s the inter-\nnational day.", "extraction_errors"),
        (PROSE * 3 + "Accept all cookies. Privacy Policy. Sign in. SUBSCRIBE to our newsletter.", "irrelevant_content"),
        (PROSE * 40 + "See the privacy policy.", "none"),
        ("Too short to say.", "indeterminate"),
    ],
)
def test_extraction_artefacts(text: str, label: str) -> None:
    assert labels(text)[0] == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (PROSE * 3, "none"),
        (PROSE * 3 + "Click here", "click_here"),
        (PROSE * 3 + "Continue reading …", "click_here"),
        (PROSE * 3 + "and on the following night, when everybody was asleep, the", "truncated"),
        (PROSE * 3 + "\n\n- a list may end in any word that there is, even so", "none"),
        (PROSE * 3 + "\n\n![]()\n\nIt shows the sea.", "missing_images"),
        (PROSE * 3 + "\n\n![The sea](sea.png)\n\nIt shows the sea.", "none"),
        (PROSE * 3 + "This follows from Theorem ?? and the rest.", "missing_referenced_data"),
        ("Too short to say.", "indeterminate"),
    ],
)
def test_missing_content(text: str, label: str) -> None:
    assert labels(text)[1] == label
