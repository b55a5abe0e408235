"""Who is treated differently: the primary test, its families, and what stands beside it."""
