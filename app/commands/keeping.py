"""How long records live: the promised day, legal holds, and erasing one person's records."""

import click

from .. import codes, erased
from ..jobs import purge
from ..parts import Parts
from ..records import attempts, audit, erasing, lookups
from ..records.submissions import Listed
from .service import service


@click.command()
@click.option("--delete", "really", is_flag=True, help="Delete them now, instead of leaving it to `previsit work`.")
def retention(really: bool) -> None:
    """Show which sent forms are to be deleted today, by KEEP_DAYS. Deletes nothing unless told to."""
    with service() as parts:
        keeping = purge.keeping_of(parts)
        with parts.store.reading() as connection:
            for status, days in keeping.days.items():
                rows = erasing.due(connection, keeping, parts.today(), limit=1000, status=status)
                count = "1000 or more" if len(rows) == 1000 else str(len(rows))
                kept = f"kept {days} days" if days else "kept for ever"
                oldest = f", the oldest received on {parts.local(rows[0].received_at).date()}" if rows else ""
                click.echo(f"{status:<18} {kept:<16} {count} to delete{oldest}")
            holds = erasing.held_references(connection)
        click.echo(
            f"attention          never deleted    {len(holds)} forms are under a legal hold, whatever their status"
        )
        if really:
            click.echo(purge.purge_submissions(parts) or "nothing to delete")


@click.command()
@click.argument("reference", required=False)
@click.option("--lift", is_flag=True, help="Lift the hold.")
def hold(reference: str | None, lift: bool) -> None:
    """Keep a form, and every correction of it, from being deleted; without REFERENCE, list what is held."""
    with service() as parts:
        if reference is None:
            with parts.store.reading() as connection:
                for held in erasing.held_references(connection):
                    click.echo(held)
            return
        with parts.store.writing() as connection:
            rows = _forms(erasing.revisions(connection, _read(reference)))
            (erasing.lift if lift else erasing.hold)(connection, rows, audit.OPERATOR, parts.now())
        click.echo(f"{', '.join(row.reference for row in rows)}: {'the hold is lifted' if lift else 'held'}.")


@click.command()
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(reference: str, yes: bool) -> None:
    """Erase one person's form for good: every correction of it, notes, digests, and the patient's own copy."""
    with service() as parts:
        wanted = _read(reference)
        with parts.store.reading() as connection:
            rows = _forms(erasing.revisions(connection, wanted))
            kept = set(erasing.held(connection)) & {row.id for row in rows}
            drafts = erasing.drafts_of(connection, parts.server_key, parts.keyring.private_keys, rows)
        if kept:
            raise click.ClickException("this form is under a legal hold: `previsit hold REFERENCE --lift` comes first")
        days = ", ".join(f"{row.reference} received on {parts.local(row.received_at).date()}" for row in rows)
        click.echo(f"This erases for good: {days}, with the patient's own copy of it.")
        if not yes and codes.read_reference(click.prompt("Type the reference again to go on")) != wanted:
            raise click.ClickException("that is not the reference: nothing was erased")
        _erase(parts, [row.id for row in rows], sorted(drafts))


def _erase(parts: Parts, submissions: list[str], drafts: list[str]) -> None:
    try:
        erased.remember(parts.config.data_dir, submissions, drafts, parts.now())
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written ({error.strerror}), and nothing was erased: see DATA_DIR"
        ) from error
    with parts.store.writing() as connection:
        gone = erasing.delete_submissions(connection, submissions) + erasing.delete_drafts(connection, drafts)
        for draft in drafts:
            attempts.forget(connection, parts.server_key.digest("birth date", draft))
        erasing.note_gone(connection, gone, who=audit.OPERATOR, act="erased", now=parts.now())
    left = parts.store.scrub()
    click.echo("Erased. The audit keeps that it was there, by its random id.")
    if left:
        click.echo(f"Not finished: {left}.")
    click.echo("What remains elsewhere, until it expires:")
    click.echo("- backups and exports made before now, and letters or prints")
    if not parts.store.is_sqlite:
        click.echo("- PostgreSQL's write-ahead log, its archive and standbys' copies, until they are recycled")
    click.echo("- unsent forms: nobody but their patient can open or find them; each is deleted on its day")


@click.command()
def scrub() -> None:
    """Have nothing left of deleted records in the database's own files."""
    with service() as parts:
        click.echo(parts.store.scrub() or "Done.")


@click.command()
def reindex() -> None:
    """Have `previsit work` write every digest anew that people are found by, as after replacing index.key."""
    with service() as parts:
        with parts.store.writing() as connection:
            count = lookups.enqueue_all(connection)
        click.echo(f"{count} forms wait to be indexed.")


def _read(reference: str) -> str:
    read = codes.read_reference(reference)
    if read is None:
        raise click.ClickException("this is no reference: check each letter and number")
    return read


def _forms(rows: list[Listed]) -> list[Listed]:
    if not rows:
        raise click.ClickException(
            "no form has this reference: check it, or if it was being erased and that was interrupted, "
            "run `previsit scrub`"
        )
    return rows
