"""From the record, or from anybody's table, to tidy frames and to observations of one outcome."""
