"""A process of parsers of which that of Markdown fails as a careless one does: with the document in its message."""

import os
from pathlib import Path

from darwin_assets.normalize import markdown, worker_process
from darwin_assets.normalize.document import Document


def fail(text: str, *_: object) -> Document:
    with Path(os.environ["TOLD"]).open("a") as told:
        told.write(f"cannot handle {text!r}\n")
    raise ValueError(f"cannot handle {text}")


if __name__ == "__main__":
    markdown.parse_markdown = fail
    worker_process.main()
