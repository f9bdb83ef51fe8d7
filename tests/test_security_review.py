"""The security review says what is so: its rows are complete, its tests exist, its inventory is that of the code."""

import ast
import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from app import bodies, forgery, keyring, keys
from app.desk import export, search
from app.intake import cookies
from app.records import attempts
from app.records.models import Base
from deploy import sbom

ROOT = Path(__file__).parent.parent
REVIEW = ROOT / "docs" / "security-review"
PAGES = sorted(REVIEW.glob("*.md"))
LEVELS = dict(line.split() for line in (ROOT / "tests" / "data" / "asvs-5.0.0.txt").read_text().splitlines())
VERDICTS = ("test", "not applicable because", "operator's duty:")
PENDING = "PENDING: "
MOST_PENDING = 0
"""How many lines may still wait for a test. It goes down to 0 and stays there."""


@cache
def page(name: str) -> str:
    return (REVIEW / name).read_text()


def rows(text: str, columns: int) -> list[list[str]]:
    """The rows of every table of so many columns, without heads and rules."""
    found: list[list[str]] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        is_head = number + 1 < len(lines) and lines[number + 1].startswith("|---")
        if line.startswith("| ") and not is_head and len(cells) == columns:
            found.append(cells)
    return found


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level."""
    mark = heading.split()[0]
    return re.split(rf"^{mark} ", text.split(f"\n{heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def named(cell: str) -> list[str]:
    """The words in code style."""
    return re.findall(r"`([^`]+)`", cell)


# Every requirement of ASVS


def test_every_requirement_of_levels_1_and_2_has_one_row() -> None:
    assert len(LEVELS) == 253
    assert sorted(LEVELS.values()) == ["1"] * 70 + ["2"] * 183
    listed = rows(page("asvs.md"), 5)
    assert [cells[0] for cells in listed] == list(LEVELS)
    assert {cells[0]: cells[1] for cells in listed} == LEVELS


def test_a_requirement_has_a_verdict_and_something_to_show_for_it() -> None:
    for requirement, _, words, verdict, evidence in rows(page("asvs.md"), 5):
        assert 1 <= len(words.split()) <= 12, f"{requirement}: our own few words"
        assert verdict in VERDICTS, requirement
        assert len(evidence) > 8, requirement
        if verdict == "test":
            assert "::test_" in evidence or PENDING in evidence, requirement


def test_what_falls_short_stands_on_top() -> None:
    marked = {cells[0] for cells in rows(page("asvs.md"), 5) if "Deviation" in cells[4]}
    listed = {cells[0] for cells in rows(section(page("asvs.md"), "## Where it falls short"), 3)}
    assert marked == listed


def test_the_operators_duties_stand_in_one_place() -> None:
    duties = {cells[0] for cells in rows(page("asvs.md"), 5) if cells[3] == VERDICTS[2]}
    told = rows(section(page("README.md"), "## What the operator has to do"), 2)
    assert sorted(one for cells in told for one in cells[1].split(", ")) == sorted(duties)


# Every test that is named


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests in a file, methods of classes by their class."""
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_test_that_is_named_exists(path: Path) -> None:
    for name in re.findall(r"tests/[\w/]+\.py(?:::\w+)?", path.read_text()):
        file, _, test = name.partition("::")
        assert (ROOT / file).is_file(), name
        assert not test or test in names_in(file), name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere_and_lines_are_short(path: Path) -> None:
    text = path.read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (path.parent / target).is_file(), target
    assert "://" not in text, "no address of anybody"
    for line in text.splitlines():
        assert len(line) <= 120 or line.startswith("|"), line
    assert {other.name for other in PAGES} - {"README.md"} <= set(re.findall(r"[\w-]+\.md", page("README.md")))


def test_what_still_waits_for_its_test_is_counted() -> None:
    waiting = [f"{path.name}: {line}" for path in PAGES for line in path.read_text().splitlines() if PENDING in line]
    assert len(waiting) <= MOST_PENDING, "\n".join(waiting)


# The inventory


def test_the_inventory_names_every_table_and_column() -> None:
    listed = rows(section(page("data-inventory.md"), "## Tables"), 4)
    columns = [f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns]
    assert sorted(named(cells[0])[0] for cells in listed) == sorted(columns)
    classes = {named_class[0] for named_class in rows(section(page("data-inventory.md"), "## Classes"), 3)}
    for cells in listed:
        assert set(cells[1].split(", ")) <= classes, cells
        assert all(cells), cells


def code() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text())) for path in sorted((ROOT / "app").rglob("*.py"))]


def calls(name: str) -> list[ast.Call]:
    """Every call of a function of this name in the product."""
    return [
        node
        for _, tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) == name
    ]


def test_the_inventory_names_every_cookie() -> None:
    """Each cookie gets its name from `cookie_name`, where it becomes `__Host-...`; the names are compared."""
    named_in_code: set[str] = set()
    for call in calls("cookie_name"):
        (words,) = call.args
        if isinstance(words, ast.JoinedStr):
            assert ast.unparse(words) == "f'previsit-{room}'"
            named_in_code |= {"previsit-intake", "previsit-desk"}
        else:
            named_in_code.add(str(ast.literal_eval(words)))
    listed = {named(cells[0])[0].split("<")[0] for cells in rows(section(page("data-inventory.md"), "## Cookies"), 5)}
    assert listed == named_in_code
    for call in calls("set_cookie") + calls("delete_cookie"):
        assert not isinstance(call.args[0], ast.Constant), "a cookie's name comes from cookie_name"
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert given["httponly"] == "True", ast.unparse(call)
        assert given["samesite"] == "'Lax'", ast.unparse(call)
        assert given["path"] == "'/'", ast.unparse(call)
        assert "secure" in given, ast.unparse(call)


def test_the_inventory_names_every_key_file(key_dir: Path) -> None:
    listed = [
        name for cells in rows(section(page("data-inventory.md"), "## Files and keys"), 5) for name in named(cells[0])
    ]
    assert {keys.INDEX_NAME, keyring.LIST_NAME, "server.key"} <= set(listed)
    for path in key_dir.iterdir():
        assert re.sub(r"-\w{16}", "-*", path.name) in listed, path.name


def test_the_inventory_names_every_log_event() -> None:
    text = section(page("data-inventory.md"), "## Logs")
    events = {str(ast.literal_eval(call.args[0])) for call in calls("event") if isinstance(call.args[0], ast.Constant)}
    for call in calls("info") + calls("error") + calls("exception"):
        if ast.unparse(call.func).startswith("_log.") and isinstance(call.args[0], ast.Constant):
            events.add(str(call.args[0].value))
    fields = {word.arg for call in calls("event") for word in call.keywords if word.arg not in ("facts", None)}
    logs = ast.parse((ROOT / "app" / "logs.py").read_text())
    fields |= {
        str(key.value)
        for node in ast.walk(logs)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and key.value != "facts"
    }
    fields |= {"error", "place"}
    tables = rows(text, 3), rows(text, 2)
    assert {named(cells[0])[0] for cells in tables[0]} == fields
    assert {name for cells in tables[1] for name in named(cells[0])} == events


def test_the_limits_that_are_told_are_those_of_the_code() -> None:
    told = {cells[0]: cells[1] for cells in rows(section(page("data-flow.md"), "## Limits"), 4)}
    assert told["body of a request"] == f"{forgery.MOST_BYTES // 1024} KiB"
    assert told["fields of a post"] == str(forgery._MOST_FIELDS)
    assert told["bodies read at once, a worker"] == str(bodies.THREADS)
    assert told["tries before a wait (birth date, password)"] == str(attempts.FREE_TRIES)
    assert told["patient away"] == f"{int(cookies.AWAY.total_seconds() // 60)} minutes"
    assert told["hits of a search"] == str(search.MOST)
    assert told["forms read at once by an export"] == str(export.BATCH)


# Parts and updates


def test_the_list_of_parts_agrees_with_the_requirements() -> None:
    requirements = (ROOT / "requirements.txt").read_text()
    listed = json.loads(page("sbom.json"))
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert listed["metadata"]["component"]["version"] == sbom.version_of((ROOT / "pyproject.toml").read_text())
    pins = sbom.pins(requirements)
    assert len(pins) == len([line for line in requirements.splitlines() if "==" in line and not line.startswith(" ")])
    for part, pin in zip(listed["components"], pins, strict=True):
        assert (part["name"], part["version"]) == (pin.name, pin.version), "run `make sbom`"
        assert part["purl"] == f"pkg:pypi/{pin.name}@{pin.version}"
        assert [one["content"] for one in part["hashes"]] == list(pin.hashes)
        assert {one["alg"] for one in part["hashes"]} == {"SHA-256"}
        assert all(f"--hash=sha256:{digest}" in requirements for digest in pin.hashes)
        assert pin.hashes
    assert sum(len(pin.hashes) for pin in pins) == requirements.count("--hash=sha256:")
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {re.split(r"[<>=\[]", name)[0] for name in direct} <= {pin.name for pin in pins}


def test_the_list_of_parts_is_made_the_same_every_time_and_names_licenses() -> None:
    requirements, version = (ROOT / "requirements.txt").read_text(), "1.0"
    assert sbom.written(requirements, version) == sbom.written(requirements, version)
    unnamed = [part["name"] for part in json.loads(page("sbom.json"))["components"] if "licenses" not in part]
    assert len(unnamed) <= 1, "a version for another Python is not installed here"


def test_the_promise_of_updates_names_a_time_for_every_severity() -> None:
    table = rows(section(page("updates.md"), "## How fast"), 5)
    assert [cells[0].split()[0] for cells in table] == ["critical", "high", "medium", "low"]
    assert all(all(cells) for cells in table)
