"""Random mutants of the toolkit: one changed operator each, to be noticed by some test."""
