"""The four fields of every item: by rules, and by a language model where the rules are not sure (papers.md §2.1, C03)."""

from darwin_assets.closed_loop.label.items import label

__all__ = ["label"]
