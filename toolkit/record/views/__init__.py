"""Questions asked of the journal; a view writes nothing."""
