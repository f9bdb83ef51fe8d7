"""Settings: all in the README, and none that cannot work gets past the start."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import config as configuration
from app import sign_on_settings
from app.desk.access import RIGHTS
from config import ConfigError

README = Path(__file__).parent.parent / "README.md"


def test_the_readme_lists_every_setting_and_no_other() -> None:
    table = README.read_text().split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = [name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)]
    assert sorted(listed) == sorted(configuration.DEFAULTS)


def test_the_readme_tells_the_defaults() -> None:
    table = README.read_text().split("## Settings")[1].split("\n## ")[0]
    for name, default in configuration.DEFAULTS.items():
        if default and name not in ("CLINIC_ADDRESS", "CLINIC_PHONES"):  # "this clinic's" says enough
            row = next(line for line in table.splitlines() if f"`{name}`" in line)
            assert default in row, name


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("HOST", "the clinic's server"),
        ("PORT", "abc"),
        ("PORT", "0"),
        ("WORKERS", "0"),
        ("ROOMS", "kitchen"),
        ("PUBLIC_URL", "forms.example.org"),
        ("PUBLIC_URL", "https://forms.example.org:https"),
        ("PUBLIC_URL", "https://forms.example.org/intake"),
        ("PUBLIC_URL", "https://somebody@forms.example.org"),
        ("DATABASE_URL", "mysql://localhost/previsit"),
        ("DATABASE_URL", "postgresql://previsit:secret@localhost:port/previsit"),
        ("DATABASE_URL", "sqlite:///"),
        ("TRUSTED_PROXIES", "-1"),
        ("AUDIT_SYSLOG", "collector.example:514"),
        ("AUDIT_SYSLOG", "udp://collector.example:port"),
        ("AUDIT_SYSLOG", "udp:///dev/log"),
        ("AUDIT_SYSLOG", "https://collector.example"),
        ("RATE_LIMIT_STORAGE", "memory"),
        ("RATE_LIMIT_STORAGE", "memcached://localhost:11211"),
        ("RATE_LIMIT_STORAGE", "redis://"),
        ("RATE_LIMIT_STORAGE", "redis://localhost:port/0"),
        ("DRAFT_DAYS", "0"),
        ("PHQ2", "perhaps"),
        ("EXTRA_QUESTIONS", "2"),
        ("LANGUAGES", "de"),
        ("CLINIC_PHONES", " | "),
        ("CLINIC_TIMEZONE", "Mars"),
        ("CLINIC_TIMEZONE", "America"),
        ("CLINIC_TIMEZONE", "../../etc/passwd"),
    ],
)
def test_what_cannot_work_is_refused_by_its_name(name: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} "):
        configuration.load({name: wrong})


@pytest.mark.skipif(find_spec("redis") is not None, reason="the client of Redis is installed here")
def test_a_storage_for_floods_whose_client_is_missing_stops_the_start_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"^RATE_LIMIT_STORAGE .*pip install redis") as refused:
        configuration.load({"RATE_LIMIT_STORAGE": "redis://previsit:secret@localhost:6379/0"})
    assert "secret" not in str(refused.value)


def test_single_sign_on_is_read_whole_or_refused_by_the_name_of_what_is_wrong(tmp_path: Path) -> None:
    secret, empty = tmp_path / "secret", tmp_path / "empty"
    secret.write_text("of the client\n")
    empty.write_text(" ")
    good = {
        "OIDC_ISSUER": "https://login.example.org/",
        "OIDC_CLIENT_ID": "previsit",
        "OIDC_CLIENT_SECRET_FILE": str(secret),
        "OIDC_GROUPS": "cn=doctors=specialist | cn=doctors=read-only | office = staff",
        "OIDC_ACR": "phr | mfa",
    }
    read = configuration.load(good).single_sign_on
    assert read
    assert (read.issuer, read.client_secret, read.groups_claim) == (good["OIDC_ISSUER"], "of the client", "groups")
    assert read.groups == {"cn=doctors": ("specialist", "read-only"), "office": ("staff",)}
    assert (read.acr, read.local_sign_in) == (("phr", "mfa"), True)
    assert "of the client" not in repr(read)
    assert configuration.load(good | {"ROOMS": "intake"}).single_sign_on is None
    for name, wrong in (
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "https://somebody@login.example.org"),
        ("OIDC_ISSUER", "https://login.example.org/?tenant=1"),
        ("OIDC_ISSUER", "https://[login"),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_CLIENT_SECRET_FILE", ""),
        ("OIDC_CLIENT_SECRET_FILE", str(tmp_path / "missing")),
        ("OIDC_CLIENT_SECRET_FILE", str(empty)),
        ("OIDC_GROUPS", ""),
        ("OIDC_GROUPS", "doctors"),
        ("OIDC_GROUPS", "=staff"),
        ("OIDC_GROUPS", "doctors=surgeon"),
        ("LOCAL_SIGN_IN", "perhaps"),
        ("BREAK_GLASS", ""),
    ):
        off = {"LOCAL_SIGN_IN": "off"} if name == "BREAK_GLASS" else {}
        with pytest.raises(ConfigError, match=f"^{name} "):
            configuration.load(good | off | {name: wrong})
    with pytest.raises(ConfigError, match=r"^LOCAL_SIGN_IN can be off only where OIDC_ISSUER is set"):
        configuration.load({"LOCAL_SIGN_IN": "off", "BREAK_GLASS": "emergency"})


def test_groups_can_give_every_role_there_is() -> None:
    assert set(sign_on_settings.ROLES) == set(RIGHTS)


def test_libraries_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_on_settings, "LIBRARIES", ("no_such_library",))
    with pytest.raises(ConfigError, match=r"^OIDC_ISSUER needs no_such_library"):
        configuration.load({"OIDC_ISSUER": "https://login.example.org"})


def test_the_libraries_of_single_sign_on_are_loaded_only_where_it_is_on() -> None:
    code = "import sys, config, app.desk; print(sorted({'authlib', 'joserfc', 'requests'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=README.parent, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_an_empty_setting_is_one_that_was_left_out() -> None:
    assert configuration.load(dict.fromkeys(configuration.DEFAULTS, " ")) == configuration.load({})
