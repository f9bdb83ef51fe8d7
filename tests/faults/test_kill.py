"""Processes that die under load: the server, and the database server. Every acknowledged form exactly once."""

from pathlib import Path

import pytest

from tests.faults.conftest import Postgres
from tests.faults.sending import Rush, kill_rounds, prepared
from tests.faults.serving import Server, wait_until

ROUNDS = 8
FORMS = 40
EARLY = 20

pytestmark = pytest.mark.faults


def test_every_acknowledged_form_is_there_exactly_once_after_kill_9(environ: dict[str, str], tmp_path: Path) -> None:
    """Eight patients press Send at once, the whole server is killed, they press the same form again."""
    with Server(environ, tmp_path) as server:
        rush = Rush(server)
        counts = kill_rounds(server, rush, server.is_killed, rounds=ROUNDS, forms=FORMS, early=EARLY)
        print(f"\n{rush.proves(environ['DATABASE_URL'])}; {counts}")
        assert server.logged("unexpected") == []


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_postgresql_restarts_under_load_and_the_application_does_not(
    postgres: Postgres, how: str, key_dir: Path, tmp_path: Path
) -> None:
    """Meanwhile 503 with what was typed; then service without a restart of the application, nothing lost."""
    environ = {"DATABASE_URL": postgres.url, "KEY_DIR": str(key_dir), "DATA_DIR": str(tmp_path)}
    with Server(environ, tmp_path) as server:
        rush = Rush(server)
        (waiting,) = prepared(server.port, 1)
        with rush.of(FORMS):
            rush.wait_for(EARLY)
            server.up.clear()  # patients wait; one of them does not
            postgres.is_killed() if how == "killed" else postgres.stops()
            assert waiting.sends() == 503
            assert "We could not save this just now. Nothing you typed is lost." in waiting.walker.body
            assert f'value="{waiting.data["signature"]}"' in waiting.walker.body
            assert not waiting.acknowledged
            assert not server.is_well()
            postgres.starts_again()
            wait_until(server.is_well, "the application to find its database again")
            server.up.set()
        assert waiting.sends() == 302
        refused = sum(form.statuses.count(503) for form in rush.forms)
        rush.includes(waiting)
        print(f"\n{rush.proves(postgres.url)}; {refused} presses were answered 503")
        assert server.logged("unexpected") == []
