"""The append-only journal: where it lies, how rows join it, and whether its chains hold."""
