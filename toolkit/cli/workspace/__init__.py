"""Files of a workspace: which study is meant, what is left to fill in; `check`, `init`, `new`."""

from toolkit.cli.workspace.reply_lines import reply_lines
from toolkit.cli.workspace.study_lookup import find_record, find_study, record_begun
from toolkit.cli.workspace.unfilled_fields import require_filled

__all__ = ["find_record", "find_study", "record_begun", "reply_lines", "require_filled"]
