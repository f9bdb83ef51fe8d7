"""The header of the main table, kept in a file so that a change to it is seen: `python -m tests.outputs.snapshot`."""

from pathlib import Path

from app.outputs.table import Tables
from app.questionnaire.hemifacial_spasm import DEFINITION

COLUMNS = Path(__file__).with_name("columns.txt")


def columns() -> str:
    """The header now, one column a line."""
    return "\n".join(Tables((), DEFINITION).main.header) + "\n"


def write() -> None:
    """Take the header of now as the right one."""
    COLUMNS.write_text(columns(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
