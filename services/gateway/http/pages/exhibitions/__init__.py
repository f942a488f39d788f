"""Exhibitions from their plan to their results: ballots on paper and on phones, and panels."""
