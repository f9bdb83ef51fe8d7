"""How the code is built: nothing in it that turns what somebody typed into a program, a query, a file or a request."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = [ROOT / "config.py", *sorted((ROOT / "app").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py"))]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "app" / "static").rglob("*.js"))

NEVER_IMPORTED = {
    "ctypes", "cgi", "dill", "ftplib", "jsonpickle", "lxml", "marshal", "pickle", "random", "shelve", "telnetlib",
    "xml", "yaml",
}  # fmt: skip
NEVER_CALLED = {
    "eval", "exec", "compile", "__import__", "render_template_string", "from_string", "system", "popen", "md5", "sha1",
    "mktemp", "unpack_archive", "extractall", "literal_column", "Markup",
}  # fmt: skip
CONNECTS = {"aiohttp", "authlib", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "urllib.request",
            "urllib3", "logging.handlers", "xmlrpc"}  # fmt: skip
MARKED_SAFE = {
    "app/desk/brief.py": "the drawn timeline: shapes of ours, and texts escaped where it is drawn",
    "app/desk/link.py": "the QR code, which a library draws from the configured address of the patients' room",
    "app/room.py": "a template of ours that is the same for everybody, escaped when it was drawn",
}
"""Files that hand markup to a template as markup, and what it is. Never anything that somebody typed."""
TYPESETS = "app/outputs/typesetting.py"
"""Turns templates of ours into PDFs by `typst.compile`, and gives it what somebody typed as JSON beside them."""

BUILT_SQL = {
    "app/records/backup_file.py": "names of tables that the file itself lists, quoted",
    "app/records/condition.py": "a word of this file",
    "app/records/restoring.py": "names of tables from the models",
    "app/records/roles.py": "names of roles, of small letters, digits and _ only",
    "app/records/store.py": "settings and names of tables from the database's own catalog",
}
"""Files that put more than bound values into SQL, and what that is. Only an operator's command leads there."""


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file, by the last name of what is called."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def imported(path: Path) -> set[str]:
    """The modules that a file imports, absolute ones only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nothing_is_evaluated_unpickled_or_parsed_as_xml() -> None:
    for path in CODE:
        assert not {name.split(".")[0] for name in imported(path)} & NEVER_IMPORTED, named(path)
        for name, call in calls(path):
            is_re = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "re"
            is_known = (
                is_re
                or (name == "Markup" and named(path) in MARKED_SAFE)
                or (
                    named(path) == TYPESETS
                    and ast.unparse(call).startswith("typst.compile(ROOT / template, root=ROOT,")
                )
            )
            assert name not in NEVER_CALLED or is_known, f"{named(path)}:{call.lineno} calls {name}"


def test_no_shell_is_ever_asked() -> None:
    """Only the command line starts processes: lists of words, none of them from a request."""
    for path in CODE:
        if "subprocess" in imported(path):
            assert named(path).startswith("app/commands/"), named(path)
        for _, call in calls(path):
            assert not [word for word in call.keywords if word.arg == "shell"], f"{named(path)}:{call.lineno}"


def test_queries_are_bound_and_only_named_files_write_sql_from_more_than_constants() -> None:
    for path in CODE:
        for name, call in calls(path):
            if name in ("text", "exec_driver_sql", "executescript", "execute", "executemany") and call.args:
                built = isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
                assert not built or named(path) in BUILT_SQL, f"{named(path)}:{call.lineno}"


def test_regular_expressions_are_written_here_and_end_soon() -> None:
    for path in CODE:
        for name, call in calls(path):
            base = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(base, ast.Name) and base.id == "re" and name != "escape":
                pattern = call.args[0]
                words = "".join(str(n.value) for n in ast.walk(pattern) if isinstance(n, ast.Constant))
                assert words, f"{named(path)}:{call.lineno} takes its pattern from elsewhere"
                nested = re.search(r"\((?!\?)[^)\-]*[+*]\)[+*{]", words)  # (-[a-z]+)* is told apart by its hyphen
                assert not nested, f"{named(path)}:{call.lineno} nests repeats"


def test_no_page_takes_a_file() -> None:
    for path in TEMPLATES:
        text = path.read_text()
        assert 'type="file"' not in text, named(path)
        assert "multipart" not in text, named(path)
    for path in CODE:
        assert "request.files" not in path.read_text(), named(path)


def test_no_script_touches_storage_pasting_other_windows_or_markup() -> None:
    banned = ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "onpaste", '"paste"', "'paste'",
              "postMessage", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
              "importScripts", "serviceWorker", "://")  # fmt: skip
    for path in SCRIPTS:
        for word in banned:
            assert word not in path.read_text(), f"{named(path)}: {word}"


def test_only_named_files_can_reach_another_host() -> None:
    """The table of outgoing connections in the security review names each of them."""
    documented = (ROOT / "docs" / "security-review" / "data-flow.md").read_text().split("## Outgoing")[1]
    for path in CODE:
        modules = imported(path)
        if {name for name in modules if any(name == c or name.startswith(f"{c}.") for c in CONNECTS)}:
            assert f"`{named(path)}`" in documented, f"{named(path)} can connect: say to whom in data-flow.md"
        assert "verify=False" not in path.read_text(), named(path)
        assert "CERT_NONE" not in path.read_text(), named(path)


@pytest.mark.parametrize("name", ["pytest", "hypothesis", "playwright", "ruff", "pyright", "html5lib"])
def test_what_runs_holds_no_tool_of_its_makers(name: str) -> None:
    assert not re.search(rf"^{name}==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    for path in CODE:
        tops = {module.split(".")[0] for module in imported(path)}
        assert not tops & {name, "tests", "bench"}, named(path)


def test_debug_is_never_switched_on() -> None:
    for path in CODE:
        text = path.read_text()
        assert "debug=True" not in text, named(path)
        assert not re.search(r"DEBUG[\"']?\]?\s*[=:]\s*True", text), named(path)


def test_only_these_primitives_are_used() -> None:
    """AES-256-GCM, HPKE with X25519, HKDF, HMAC and SHA-256. A new one belongs into the inventory of keys first."""
    allowed = (
        "cryptography.exceptions", "cryptography.hazmat.primitives.asymmetric.x25519",
        "cryptography.hazmat.primitives.ciphers.aead", "cryptography.hazmat.primitives.hashes",
        "cryptography.hazmat.primitives.hpke", "cryptography.hazmat.primitives.kdf.hkdf",
        "cryptography.hazmat.primitives.serialization", "hashlib.sha256",
    )  # fmt: skip
    for path in CODE:
        used = {name for name in imported(path) if name.split(".")[0] in ("cryptography", "hashlib")}
        assert not {name for name in used - {"hashlib"} if not name.startswith(allowed)}, named(path)
        assert not [name for name in used if name.endswith((".SHA1", ".MD5", ".AESCCM", ".AESSIV"))], named(path)
