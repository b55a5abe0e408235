"""The frozen plan run in its order, and what is written down of it."""
