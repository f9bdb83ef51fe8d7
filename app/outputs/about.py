"""README.txt of an export: what is in it, how to read it, how to undo the guard. No names."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..questionnaire.kinds import Definition
from .table import WORDING_LETTERS, Tables

_RAW = """\
This is the raw variant, for software: nothing is added to any cell, and there is no byte order mark.
Do not open it in a spreadsheet by double click: that changes dates and phone numbers, and a text that begins
with = becomes a formula. For a spreadsheet, take the spreadsheet variant."""
_GUARDED = """\
This is the spreadsheet variant. Each CSV file begins with a byte order mark. A text that begins with = + - @, a tab,
a line break, a null character, a full-width = + - @ or an apostrophe has one apostrophe put in front of it, so that no
spreadsheet takes it for a formula. To undo it: remove one leading apostrophe from every cell that begins with one.
Numbers are never changed.
A file opened by double click shows some cells changed: a phone number of digits alone loses the zeros in front, and
5-10 or 2024-03 can become a day. The file itself is right, until it is saved over. To see every cell as it was typed,
import the file instead and set every column to text."""
_READING = """\
Files
- submissions.csv: one row a submission.
- {groups}: one row an entry. submission_id leads to the submission; number is the order of entry.
- codebook.csv: what every column and every code means.
All are UTF-8 and CSV as in RFC 4180: commas, double quotes, lines that end in CR LF. Line breaks inside an answer
are a bare LF.

Blank cells
A blank is never a zero and never a no. "No", "none" and "not sure" are answers and have codes. Where there is no
answer, three columns at the end of submissions.csv name the question:
- not_asked: the path or the settings left it out.
- not_reached: the form was sent early, before its page was finished.
- skipped: its page was finished, and it was left blank.
A question with several answers has a column an option: all blank without an answer, else 1 or 0 in each.
A column is also blank where the form that a patient saw did not have that question or option yet, or not any more:
compare the column `wording` with `wordings` in codebook.csv.
A form whose answers could not be opened has a row too: all its columns from `language` on are blank, these three as
well.

Dates
Dates are as exact as the patient knew them (2024, 2024-03 or 2024-03-28); the column ending in _precision says how
exact. Read them as text. Times carry their offset from UTC.

These files hold health data of patients who can be recognised. Keep them where such files belong."""


def text(
    tables: Tables,
    wordings: Sequence[tuple[str, Definition]],
    sent: Mapping[str, int],
    *,
    guarded: bool,
    exported_at: datetime,
    zone: str,
) -> str:
    """The whole text, with lines that end in CR LF. `sent` counts the exported submissions by wording."""
    forms = [
        f"- version {definition.version}, {definition.language}, wording {digest[:WORDING_LETTERS]}: {sent[digest]:,}"
        for digest, definition in wordings
        if sent.get(digest)
    ]
    groups = ", ".join(f"{sheet.name}.csv" for sheet in tables.groups) or "(no file)"
    parts = [
        "Export of questionnaires that patients sent before their visit",
        "\n".join(
            [
                f"Exported at: {exported_at.isoformat(timespec='seconds')}",
                f"Time zone: {zone}",
                f"Submissions: {sum(sent.values()):,}",
                "By form:" if forms else "By form: none",
                *forms,
            ]
        ),
        _GUARDED if guarded else _RAW,
        _READING.format(groups=groups),
    ]
    return "\n\n".join(parts).replace("\n", "\r\n") + "\r\n"
