"""Pairs of replies: which is preferred, and by how much."""
