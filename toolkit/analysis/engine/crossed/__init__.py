"""Crossed random effects: Gaussian and cumulative-logit models on arrays."""
