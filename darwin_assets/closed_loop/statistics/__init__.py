"""How sure a difference is: shares, paired tests, corrections for many of them, and what a weakness has in common
(papers.md §2.3). SciPy and statsmodels do the arithmetic."""
