"""Views: questions asked of the journal; a view writes nothing."""
