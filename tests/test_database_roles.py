"""Two hosts, two database roles: each room works under its own, and a taken patients' host reads nothing sent."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select, text

import config as configuration
from app import create_app, doctor, jobs, keyring
from app.parts import Parts, assemble
from app.records import audit, models, roles, schema, submissions
from app.records import jobs as job_records
from app.records.store import Store, StoreRefused
from tests.cases import TYPICAL
from tests.conftest import FakeClock
from tests.database_server import Server, fresh_database, is_refused, rights
from tests.desk import test_accounts as accounts
from tests.desk import test_passkeys as passkeys
from tests.desk.authenticator import Authenticator
from tests.desk.people import PASSWORD, Staff
from tests.operator import Operator
from tests.people import Patient

ANSWERS = TYPICAL["answers"]
YEAR, MONTH, DAY = ANSWERS["dob"].split("-")
BIRTH = {"dob-year": YEAR, "dob-month": MONTH, "dob-day": DAY}


@pytest.fixture
def server(postgres_url: str) -> Iterator[Server]:
    with fresh_database(postgres_url) as made:
        yield made


@pytest.fixture
def database_url(server: Server) -> str:
    """The migrated database, by its owner."""
    url = server.lets_in(server.owner)
    store = Store(url)
    schema.upgrade(store)
    store.close()
    return url


@pytest.fixture
def environ(environ: dict[str, str], key_dir: Path, tmp_path: Path) -> dict[str, str]:
    """The settings of the owner, on the desk's host, with a key folder that a test may change."""
    shutil.copytree(key_dir, tmp_path / "desk-keys")
    return {**environ, "KEY_DIR": str(tmp_path / "desk-keys")}


@pytest.fixture
def named(server: Server) -> list[str]:
    """The names of the roles, as options of the command."""
    return ["--intake", server.intake, "--desk", server.desk]


@pytest.fixture
def intake_settings(
    server: Server, operator: Operator, named: list[str], tmp_path: Path, environ: dict[str, str]
) -> dict[str, str]:
    """The patients' host, made ready as docs/operating.md says: the public list, and a server key of its own."""
    operator.runs("database-roles", *named, "--apply")
    folder = tmp_path / "intake-keys"
    folder.mkdir()
    shutil.copy(Path(environ["KEY_DIR"]) / keyring.LIST_NAME, folder)
    settings = {"DATABASE_URL": server.lets_in(server.intake), "KEY_DIR": str(folder), "ROOMS": "intake"}
    settings["DATA_DIR"] = str(tmp_path / "intake-data")
    assert "Patients:" in Operator(settings).runs("prepare")
    assert {file.name for file in folder.iterdir()} == {keyring.LIST_NAME, "server.key"}
    return settings


@pytest.fixture
def intake_host(intake_settings: dict[str, str], clock: FakeClock) -> Iterator[Parts]:
    parts = assemble(configuration.load(intake_settings), clock=clock)
    yield parts
    parts.store.close()


@pytest.fixture
def desk_host(
    server: Server, environ: dict[str, str], intake_settings: dict[str, str], clock: FakeClock
) -> Iterator[Parts]:
    settings = {**environ, "DATABASE_URL": server.lets_in(server.desk), "ROOMS": "desk"}
    assert "First staff account" in Operator(settings).runs("prepare")
    parts = assemble(configuration.load(settings), clock=clock)
    yield parts
    parts.store.close()


@pytest.fixture
def patient(intake_host: Parts) -> Patient:
    """A patient at the patients' host."""
    return Patient.of(intake_host, create_app(intake_host))


# Each room works under its role


def test_a_patient_goes_the_whole_way_under_the_intakes_role(patient: Patient, clock: FakeClock) -> None:
    assert patient.opens("/healthz").status == 200
    patient.starts().fills_in(ANSWERS, until="goals").presses("Stop and come back later")
    code = next(p.text for p in patient.page.all("p") if p.get("class") == "code") or ""
    at_home = patient.another_device()
    at_home.opens(f"/i/{code}").presses("Open my form").sees("date of birth")
    at_home.presses("Show my form", {**BIRTH, "dob-year": "1950"}).sees("This is not the date of birth on this form")
    for _ in range(4):
        at_home.presses("Show my form", {**BIRTH, "dob-year": "1950"})
    at_home.sees("That did not match. Try again at")
    clock.passes(minutes=2)
    at_home.presses("Show my form", BIRTH)
    at_home.fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    receipt = at_home.path
    at_home.opens(receipt).sees("Your answers were sent")
    second = patient.another_device().starts().fills_in(ANSWERS).sends(ANSWERS)
    second.sees("Your answers were sent")


def test_a_receipt_at_the_patients_host_tells_what_the_desk_had_read(patient: Patient, desk_host: Parts) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).does_not_see("Read by the team")
    specialist = Staff.of(desk_host).has_an_account().signs_in()
    specialist.follows("TESTPATIENT-VEGA, Marisol").presses("Reviewed")
    patient.opens(patient.path).sees("Read by the team on March 2, 2026.")


def test_recurring_work_of_the_patients_host_is_done_under_its_role(patient: Patient, clock: FakeClock) -> None:
    patient.starts()
    assert jobs.do_due(patient.parts) == 3
    clock.passes(days=31)
    assert jobs.do_due(patient.parts) == 3
    with patient.parts.store.reading() as connection:
        runs = job_records.runs(connection)
        assert connection.execute(text("SELECT count(*) FROM draft")).scalar_one() == 0
    assert {run.last_result for run in runs.values()} == {"1 deleted", "1 heads", ""}


def test_accounts_are_looked_after_under_the_desks_role(desk_host: Parts) -> None:
    chief = Staff.of(desk_host).has_an_account("administrator").signs_in()
    colleague = accounts.joins(chief.another_browser(), accounts.invites(chief)).sees(accounts.INSIDE)
    phone = Authenticator()
    passkeys.adds(colleague, phone).sees("Your passkey is added")
    passkeys.touches(colleague.another_browser(), phone).sees(accounts.INSIDE)
    colleague.opens("/desk/account").presses("Make ten new ones").opens("/desk/account")
    colleague.presses("Take away: passkey My phone").sees("The passkey is taken away.")
    colleague.presses("Change the password", {"current": accounts.CHOSEN, "password": "eleven bold geese land"})
    colleague.sees("Your new password is set.").presses("End every other sign-in")
    for button in ("Save the roles", "Ask for a new second step", "End every sign-in", "Disable the account"):
        chief.opens(accounts.PAGE).follows(accounts.NEW).presses(button)
    chief.sees("The account is disabled").presses("Open the account again").presses("Make a link for a new password")
    accounts.invites(chief, "nobody@clinic.example")
    chief.opens(accounts.PAGE).follows("nobody@clinic.example").presses("Take the invitation back")
    chief.sees("The invitation is taken back.")


def test_the_desk_does_its_work_under_its_role(
    patient: Patient, desk_host: Parts, operator: Operator, clock: FakeClock
) -> None:
    jobs.do_due(desk_host)
    urgent = {**ANSWERS, "urgent_now": ["speech"]}
    patient.starts().fills_in(urgent).sends(urgent).sees("Your answers were sent")
    chief = {"account": "chief@clinic.example", "password": PASSWORD}
    specialist = Staff.of(desk_host)
    specialist.opens(specialist.has_a_link()).presses("Make the account and go on", chief).sets_up_an_app()
    specialist.follows("I have kept them. Go on").sees("Needs attention")
    name = specialist.names[0]
    specialist.follows(name).sees(ANSWERS["first_name"])
    with desk_host.store.reading() as connection:
        (listed,) = submissions.newest(connection, limit=10)
    specialist.acknowledges(listed.id).sees("Acknowledged, with what was done.")
    exported = specialist.opens("/desk/export").presses("For software (plain CSV)").response
    assert exported is not None
    assert exported.data.startswith(b"PK")
    specialist.opens("/desk/").presses("Sign out")
    operator.runs("keys", "rotate", "clinic", DATABASE_URL=desk_host.config.database_url)
    clock.passes(days=31)
    jobs.do_due(desk_host)
    with desk_host.store.reading() as connection:
        results = {name: run.last_result for name, run in job_records.runs(connection).items()}
    assert {name: said for name, said in results.items() if said} == {
        "purge_drafts": "1 deleted",
        "index": "1 indexed",
        "rewrap": "4 sealed anew",
        "audit_head": "2 heads",
    }
    specialist.opens("/desk/sign-in").presses("Sign in", {**chief, "password": "not this one"})
    specialist.presses("Sign in", chief).presses("Go on", {"code": specialist.code_of("chief@clinic.example")})
    specialist.follows(name).sees(ANSWERS["first_name"])


def test_staff_find_hold_and_erase_under_the_desks_role(
    patient: Patient, desk_host: Parts, environ: dict[str, str], clock: FakeClock
) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    draft = patient.draft_id
    jobs.do_due(desk_host)
    specialist = Staff.of(desk_host).has_an_account().signs_in()
    specialist.opens("/desk/search").presses("Find", {"q": ANSWERS["last_name"]}).sees("1 form found")
    specialist.follows(specialist.names[0]).presses("Save", {"chart": "MRN 7"}).sees("The chart number is saved")
    clock.passes(seconds=10)
    jobs.do_due(desk_host)
    specialist.opens("/desk/search").presses("Find", {"q": "MRN 7"}).sees("1 form found")
    with desk_host.store.reading() as connection:
        (listed,) = submissions.newest(connection, limit=10)
    desk = Operator({**environ, "DATABASE_URL": desk_host.config.database_url, "ROOMS": "desk"})
    desk.runs("hold", listed.reference)
    assert "under a legal hold" in desk.is_refused("erase", listed.reference, "--yes")
    desk.runs("hold", listed.reference, "--lift")
    assert "Not finished" in desk.runs("erase", listed.reference, "--yes")
    specialist.opens("/desk/").sees("No form has been sent yet")
    assert Operator(environ).runs("scrub") == "Done.\n"
    patient.opens(f"/intake/{draft}/receipt")
    assert patient.status == 404


def test_forms_are_deleted_on_their_day_under_the_desks_role(
    patient: Patient, desk_host: Parts, clock: FakeClock
) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    clock.passes(days=3000)
    jobs.do_due(desk_host)
    with desk_host.store.reading() as connection:
        assert submissions.newest(connection, limit=10) == []


def test_the_examination_finds_no_fault_on_either_host(patient: Patient, desk_host: Parts) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    for parts in (patient.parts, desk_host):
        jobs.do_due(parts)
        levels = {finding.check: finding.level for finding in doctor.examine(parts.config, parts.now())}
        assert levels["database.write"] == levels["waiting.drafts"] == "ok"
        assert "database.reach" not in levels


def test_what_the_desks_role_cannot_finish_it_hands_to_the_owner(
    patient: Patient, desk_host: Parts, environ: dict[str, str], operator: Operator, clock: FakeClock
) -> None:
    for _ in range(2):
        patient.another_device().starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    with desk_host.store.reading() as connection:
        reference = submissions.newest(connection, limit=1)[0].reference
    wanted = "run `previsit scrub` with the DATABASE_URL of the tables' owner"
    url = desk_host.config.database_url.replace("postgresql+psycopg", "postgresql")
    desk = Operator({**environ, "DATABASE_URL": url, "ROOMS": "desk"})
    assert wanted in desk.runs("erase", reference, "--yes")
    clock.passes(days=3000)
    jobs.do_due(desk_host)
    with desk_host.store.reading() as connection:
        said = job_records.runs(connection)["purge_submissions"].last_result or ""
    assert said.startswith("1 deleted; not finished: ")
    assert wanted in said
    assert "Done." in operator.runs("scrub")


def test_the_staff_host_verifies_what_both_hosts_noted_before_and_after_a_rotation(
    patient: Patient,
    intake_settings: dict[str, str],
    desk_host: Parts,
    environ: dict[str, str],
    operator: Operator,
    clock: FakeClock,
) -> None:
    desk = Operator({**environ, "DATABASE_URL": desk_host.config.database_url, "ROOMS": "desk"})
    Staff.of(desk_host).has_an_account().signs_in()
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")
    said = desk.runs("audit", "verify")  # by the keys that `prepare` has kept on either host
    assert sorted(line.split("-")[0] for line in said.splitlines() if line.endswith(" lines")) == ["desk", "intake"]
    Operator(intake_settings).runs("prepare")
    operator.runs("keys", "rotate", "clinic", DATABASE_URL=desk_host.config.database_url)
    Operator(intake_settings).runs("prepare")
    clock.passes(seconds=1)
    for parts in (patient.parts, desk_host):
        jobs.do_due(parts)
    with desk_host.store.reading() as connection:
        anchors = set(connection.execute(select(models.Audit.chain).where(models.Audit.act == "head")).scalars())
        assert {chain.split("-")[0] for chain in anchors if chain} == {"desk", "intake"}
    old = next(r for r in desk_host.keyring.listed if r.state == "old")
    operator.runs("keys", "retire", old.key.key_id, DATABASE_URL=desk_host.config.database_url)
    (desk_host.keyring.folder / old.private_name).unlink()
    assert "The audit is as it was written" in desk.runs("audit", "verify")
    assert "run it on the staff host" in Operator(intake_settings).is_refused("audit", "verify")


# Whoever takes a host gets no further than its role


def test_a_taken_patients_host_reads_where_the_audit_ends_and_nothing_of_what_was_done(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS)
    columns = ("SELECT who FROM audit", "SELECT act FROM audit", "SELECT record FROM audit", "SELECT at FROM audit")
    is_refused(patient.parts, *columns, "SELECT * FROM audit", "UPDATE audit SET hash = ''", "DELETE FROM audit")
    with patient.parts.store.reading() as connection:
        (head,) = audit.heads(connection)
    assert head.chain.startswith("intake-")


def test_neither_host_puts_a_line_on_the_others_chain(patient: Patient, desk_host: Parts) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS)
    specialist = Staff.of(desk_host).has_an_account().signs_in()
    for parts, other in ((patient.parts, "desk"), (desk_host, "intake")):
        with parts.store.reading() as connection:
            chain = next(head.chain for head in audit.heads(connection) if head.chain.startswith(other))
        false = {"at": parts.now(), "room": "desk", "who": "x", "act": "look", "record": "-", "hash": b"0" * 32}
        for name in (chain, None):
            line = insert(models.Audit).inline().values(**false, chain=name, seq=2**31 - 1)
            with pytest.raises(StoreRefused, match="row-level security"), parts.store.writing() as connection:
                connection.execute(line)
    specialist.opens("/desk/").sees("Visits from today on")
    patient.another_device().starts().fills_in(ANSWERS).sends(ANSWERS).sees("Your answers were sent")


def test_a_taken_patients_host_reads_nothing_that_was_sent(patient: Patient) -> None:
    patient.starts().fills_in(ANSWERS).sends(ANSWERS)
    closed = ("sealed_document", "sealed_key", "lookup", "index_queue", "legal_hold", "staff", "staff_session")
    is_refused(patient.parts, *(f"TABLE {name}" for name in (*closed, "setup_link", "audit")))
    is_refused(
        patient.parts,
        "SELECT id FROM submission",
        "SELECT received_at, visit_date FROM submission",
        "UPDATE submission SET status = 'received'",
        "DELETE FROM submission",
        "DELETE FROM sealed_document",
        "UPDATE sealed_document SET blob = ''",
        "UPDATE sealed_key SET data = ''",
        "DELETE FROM audit",
        "UPDATE wording SET document = ''",
        "DELETE FROM read_by_team",
        "UPDATE read_by_team SET day = '2026-01-01'",
        "INSERT INTO read_by_team (reference, day) SELECT reference, '2026-01-01' FROM submission",
        "INSERT INTO staff (id) VALUES ('x')",
    )


def test_neither_host_can_rewrite_the_audit_or_the_tables(intake_host: Parts, desk_host: Parts) -> None:
    for parts in (intake_host, desk_host):
        is_refused(
            parts,
            "UPDATE audit SET who = 'nobody'",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "TRUNCATE draft",
            "SELECT setval('audit_id_seq', 1)",
            "UPDATE wording SET document = ''",
            "UPDATE alembic_version SET version_num = '0'",
            "CREATE TABLE mine (id int)",
        )
        with pytest.raises(StoreRefused, match="must be owner"), parts.store.writing() as connection:
            connection.execute(text("ALTER TABLE audit ADD COLUMN more int"))


def test_the_desk_cannot_read_a_form_that_was_not_sent(desk_host: Parts) -> None:
    is_refused(desk_host, "SELECT document FROM draft", "SELECT lookup FROM draft", "UPDATE draft SET document = ''")


# The command


def test_every_table_there_is_is_named_for_both_roles(parts: Parts) -> None:
    assert set(roles.GRANTS) == {*models.Base.metadata.tables, "alembic_version"}
    with parts.store.reading() as connection:
        found = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        assert set(found) == set(roles.GRANTS)


def test_what_is_printed_does_what_apply_does_and_twice_is_no_fault(
    parts: Parts, operator: Operator, named: list[str], server: Server
) -> None:
    sql = operator.runs("database-roles", *named)
    assert rights(parts.store) == set()
    raw = parts.store.engine.raw_connection()
    raw.cursor().execute(sql)
    raw.close()
    printed = rights(parts.store)
    with parts.store.writing() as connection:
        connection.execute(text(f"GRANT ALL ON staff, audit TO {server.intake}"))
        connection.execute(text(f"GRANT SELECT (document) ON draft TO {server.desk}"))
        connection.execute(text("GRANT SELECT ON sealed_document TO PUBLIC"))
    assert rights(parts.store) != printed
    said = operator.runs("database-roles", *named, "--apply")
    assert f"{server.intake} cannot log in yet" in said
    assert f"{server.desk} cannot log in yet" in said
    assert rights(parts.store) == printed
    with parts.store.writing() as connection:  # the owner itself gives the passwords
        connection.execute(text(f"ALTER ROLE {server.intake} LOGIN PASSWORD 'given-in-psql'"))
    assert f"{server.intake} cannot log in yet" not in operator.runs("database-roles", *named, "--apply")
    assert rights(parts.store) == printed


def test_after_a_migration_the_owner_applies_the_grants_again_and_meanwhile_no_answer_is_lost(
    parts: Parts, operator: Operator, named: list[str], patient: Patient, intake_settings: dict[str, str]
) -> None:
    with patient.parts.store.reading() as connection:
        assert schema.is_current(connection)
    schema.downgrade(parts.store, "0001")
    assert "not up to date: run `previsit prepare` first" in operator.is_refused("database-roles", *named, "--apply")
    refused = Operator(intake_settings).is_refused("prepare")
    assert "permission denied for schema public" in refused
    assert "DATABASE_URL of the tables' owner" in refused
    operator.runs("prepare")
    patient.starts().fills_in(ANSWERS).sends(ANSWERS).sees("We could not save this just now.")
    assert patient.value_of("signature") == ANSWERS["signature"]
    operator.runs("database-roles", *named, "--apply")
    patient.presses("Send my answers to the clinic").sees("Your answers were sent")


def test_a_role_that_can_do_more_in_another_way_is_refused(
    parts: Parts, operator: Operator, named: list[str], server: Server
) -> None:
    operator.runs("database-roles", *named, "--apply")
    before = rights(parts.store)
    server.runs(f"GRANT pg_read_all_data TO {server.intake}")
    said = operator.is_refused("database-roles", *named, "--apply")
    assert f"{server.intake} may SELECT on" in said
    server.runs(f"REVOKE pg_read_all_data FROM {server.intake}")
    said = operator.is_refused("database-roles", "--intake", server.owner, "--desk", server.desk, "--apply")
    assert f"{server.owner} owns the tables" in said
    server.runs(f"ALTER ROLE {server.desk} SUPERUSER")
    said = operator.is_refused("database-roles", *named, "--apply")
    assert f"{server.desk} owns the tables, or can act as their owner" in said
    assert rights(parts.store) == before


def test_a_schema_that_everybody_may_create_in_is_refused(server: Server, operator: Operator, named: list[str]) -> None:
    old_style = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with old_style.connect() as connection:  # as PostgreSQL 14 and older make it
        connection.exec_driver_sql("ALTER SCHEMA public OWNER TO CURRENT_USER")
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
    old_style.dispose()
    said = operator.is_refused("database-roles", *named, "--apply")
    assert "may still create tables in the schema public" in said


def test_only_the_owner_gives_grants_and_only_to_names_that_can_be_roles(
    operator: Operator, named: list[str], intake_settings: dict[str, str]
) -> None:
    said = Operator(intake_settings).is_refused("database-roles", *named, "--apply")
    assert "permission denied" in said
    assert "run this as the owner of the tables" in said
    for name in ("Intake", "public", "pg_monitor", "in-take", "x; DROP TABLE staff", '"'):
        assert "is no name for a role" in operator.is_refused("database-roles", "--intake", name)
    assert "the two rooms need two roles" in operator.is_refused("database-roles", "--intake", "one", "--desk", "one")


def test_on_sqlite_the_command_says_that_there_are_no_roles(tmp_path: Path) -> None:
    operator = Operator({"DATA_DIR": str(tmp_path)})
    for words in ([], ["--apply"]):
        said = operator.is_refused("database-roles", *words)
        assert "SQLite has no roles: whoever can open the database file can do everything with it" in said
