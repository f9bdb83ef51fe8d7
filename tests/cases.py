"""The example patients: three invented people, and what the form must do with them."""

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "data" / "cases.json"

CASES: list[dict[str, Any]] = json.loads(_FILE.read_text())["cases"]
TYPICAL, BELLS, BILATERAL = CASES
