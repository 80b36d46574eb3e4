"""Why a checkpoint is weaker than another: data, training, the way it was asked and scored, or chance (papers.md §2.3)."""
