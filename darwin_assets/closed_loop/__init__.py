"""From failed benchmarks to a tested change of the data, or the proof that the data are not at fault (papers.md §2)."""
