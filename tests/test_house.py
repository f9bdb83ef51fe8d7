"""The rules of the house, held by machine: which way arrows point, who writes, who reads the environment."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
WEB = {"flask", "flask_wtf", "wtforms", "werkzeug", "jinja2"}
DATABASE = {"sqlalchemy", "alembic", "sqlite3", "psycopg"}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, as dotted names from the top of the project."""
    package = path.relative_to(ROOT).with_suffix("").parts
    package = package[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*package[: len(package) - node.level + 1], node.module or "")).strip(".")
            name = base if node.level else node.module or ""
            found |= {name} | {f"{name}.{alias.name}" for alias in node.names}
    return found


def files(folder: str) -> list[Path]:
    return sorted((APP / folder).rglob("*.py"))


@pytest.mark.parametrize(
    ("folder", "banned"),
    [
        ("questionnaire", {*WEB, *DATABASE, "app.records", "app.intake", "app.desk", "app.outputs", "config"}),
        ("outputs", {*WEB, *DATABASE, "app.records", "app.intake", "app.desk", "config"}),
        ("records", {*WEB, "app.intake", "app.desk", "app.outputs", "config"}),
        ("overview", {*DATABASE, "app.intake", "app.desk", "app.outputs"}),
        ("intake", {*DATABASE, "app.desk", "app.outputs"}),
        ("desk", {*DATABASE, "app.intake"}),
    ],
)
def test_arrows_between_packages_point_one_way(folder: str, banned: set[str]) -> None:
    for path in files(folder):
        for name in imports(path):
            top = name.split(".")[0]
            assert top not in banned, f"{path.name} imports {name}"
            assert not any(name == b or name.startswith(b + ".") for b in banned), f"{path.name} imports {name}"


def test_the_form_itself_needs_the_standard_library_only() -> None:
    for path in files("questionnaire/hemifacial_spasm"):
        outside = {name for name in imports(path) if not name.startswith("app.questionnaire")}
        assert not outside, f"{path.name} imports {outside}"


def test_only_one_file_builds_forms_and_only_config_reads_the_environment() -> None:
    for path in [*APP.rglob("*.py")]:
        if path != APP / "intake" / "forms.py" and path.parent.name != "desk" and path.name != "forgery.py":
            assert "wtforms" not in {name.split(".")[0] for name in imports(path)}, path
        assert "os.environ" not in path.read_text(), path
        assert "getenv" not in path.read_text(), path


def test_a_definition_reads_without_any_web_framework() -> None:
    code = (
        "import sys; from app.questionnaire.hemifacial_spasm import DEFINITION; import app.questionnaire.draft; "
        "print(sorted({'flask', 'sqlalchemy', 'wtforms'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_requirements_are_pinned_by_hash_and_name_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pins = [line for line in text.splitlines() if "==" in line]
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)


def test_no_answer_is_ever_marked_safe() -> None:
    allowed = {"overview/page.html", "desk/link.html"}
    for path in (ROOT / "templates").rglob("*.html"):
        name = str(path.relative_to(ROOT / "templates"))
        text = path.read_text()
        assert "|safe" not in text.replace(" ", "") or name in allowed, name
        assert "style=" not in text, name
        assert "onclick" not in text, name
