"""Twins by meaning among published documents: links from each to the twin of the highest tier."""
