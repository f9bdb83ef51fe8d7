"""Words that become markup, script or style wherever somebody forgot to escape them. All of them bear the same mark."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.parts import Parts
from app.questionnaire.kinds import Email, LongText, Phone, Question, Repeat, Text
from tests.page_checks import Page

MARK = "xqz"
PAYLOADS = (
    "<script>alert('xqz')</script>",
    "<img src=xqz onerror=alert(1)>",
    "<svg/onload=alert('xqz')>",
    '"><xqz autofocus onfocus=alert(1)>',
    "' onmouseover='alert(1)' xqz='",
    "`onclick=alert(1) xqz`",
    "javascript:alert('xqz')//",
    "<a href=\"javascript:alert('xqz')\">x</a>",
    "<iframe srcdoc='<xqz>'></iframe>",
    "</textarea></title></style></script><xqz>",
    "--><xqz><!--",
    "]]><xqz><![CDATA[",
    "{{7*7}}xqz{% raw %}${7*7}#{7*7}<%= 7*7 %>",
    "<style>@import'//xqz';*{color:red}</style>",
    "&lt;script&gt;xqz&#60;&#x3c;script>",
    "\uff1cscript\uff1exqz\uff1c/script\uff1e",
    "\u02b9\u02baxqz\u2028\u2029<xqz>",
    "+ADw-script+AD4-xqz",
    "<base href=//xqz><meta http-equiv=refresh content=0;//xqz>",
    "<form action=//xqz><button formaction=//xqz>",
    "%3Cxqz%3E\\u003cxqz\\x3e",
    "\u202e<xqz>\u202c",
)
SHORT = "<xqz>"
INERT = frozenset({"value", "aria-label", "title", "content", "alt", "placeholder"})
"""Attributes whose words a browser only shows or sends."""


def words_for(question: Question, number: int) -> str:
    """A payload that fits into this question, another one for each number."""
    longest = question.max_length if isinstance(question, Text | LongText) else 40
    fitting = [payload for payload in PAYLOADS if len(payload) <= longest] or [SHORT[:longest]]
    return fitting[number % len(fitting)]


def hostile(parts: Parts, answers: dict[str, object], number: int) -> dict[str, object]:
    """The answers with a payload in every text, in entries of lists too."""
    made = dict(answers)
    for question in parts.definition.questions.values():
        number += 1
        if isinstance(question, Email):
            made[question.id] = '"<xqz>"@example.com'
        elif isinstance(question, Phone):
            made[question.id] = "<xqz> 917-555-0163"
        elif isinstance(question, Text | LongText):
            made[question.id] = words_for(question, number)
        elif isinstance(question, Repeat):
            made[question.id] = [dict(_entry(question, number))]
    return made


def _entry(group: Repeat, number: int) -> Iterator[tuple[str, object]]:
    yield "_id", "aaaaaaaa"
    for item in group.items:
        if isinstance(item, Text | LongText):
            yield item.id, words_for(item, number)
        elif item.required:
            yield item.id, "2020" if item.id == "date" else item.options[0].code  # type: ignore[union-attr]


def came_alive(page: Page) -> list[str]:
    """What of a page came from a payload and is more than words: an element, an attribute, a link, a script."""
    found: list[str] = []
    for element in page.tree.iter():
        found += [] if isinstance(element.tag, str) else [f"comment {element.text}"] * (MARK in (element.text or ""))
        found += _in_element(element) if isinstance(element.tag, str) else []
    return found


def _in_element(element: Element) -> list[str]:
    found = [str(element.tag)] if MARK in str(element.tag) else []
    if element.tag in ("script", "style", "iframe", "base", "object", "embed") and not element.get("src"):
        found.append(f"a {element.tag}")
    for name, value in element.attrib.items():
        alive = MARK in str(name) or str(name).startswith("on") or str(name) == "style"
        if alive or (MARK in str(value) and str(name) not in INERT):
            found.append(f"{element.tag} {name}={value}")
    return found
