"""Texts kept in files, so that a change to them is seen: `make snapshot` writes them anew."""

import os
from pathlib import Path


def same_as_kept(path: Path, text: str) -> bool:
    """Whether a text is the one kept in a file; with SNAPSHOT=write in the environment it becomes that one."""
    if os.environ.get("SNAPSHOT") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return path.exists() and path.read_text(encoding="utf-8") == text
