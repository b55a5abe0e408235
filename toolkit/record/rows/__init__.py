"""The rows of the record: what happened, one frozen dataclass a kind of event.

A row is written once and never changed. A correction is a new row that names the one it replaces
in ``supersedes``. Rows hold values, never handles: a Session carries the text its tester was
shown, so the record reads without the files it was made from.

All times are UTC text (``2026-01-31T09:30:00.123456Z``), durations are seconds, offsets count
Unicode code points in the raw answer.
"""
