"""Automatic measures of a turn (length, refusal, tone). Not built yet."""
