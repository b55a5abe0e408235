"""Mixed models with any number of crossed random intercepts: the engine and what it reports."""
