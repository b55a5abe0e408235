"""What happened: an append-only journal of typed rows, hash-chained per session."""
