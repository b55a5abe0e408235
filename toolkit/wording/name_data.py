"""What is known of names by language and script: data, in ``name_forms.json``."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def forms_data() -> Mapping[str, Any]:
    """Read the file."""
    text = Path(__file__).with_name("name_forms.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
