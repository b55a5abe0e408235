"""Commands that send units and rate replies: `run`, `batch` and `rate`."""
