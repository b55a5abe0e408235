"""Arithmetic on arrays: estimators and their errors, without tables and without words."""
