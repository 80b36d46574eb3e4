"""What an output tells beside right and wrong: whether an answer was lost between model and score (papers.md §2.3)."""
