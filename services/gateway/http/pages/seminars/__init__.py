"""Counting the moves of a seminar, with or without a network."""
