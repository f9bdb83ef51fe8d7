"""Settings: all in the README, and none that cannot work gets past the start."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import config as configuration
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


def test_an_empty_setting_is_one_that_was_left_out() -> None:
    assert configuration.load(dict.fromkeys(configuration.DEFAULTS, " ")) == configuration.load({})
