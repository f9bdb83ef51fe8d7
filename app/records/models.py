"""The tables. What stands beside a sealed answer in clear is listed here and nowhere else: nothing about health.

No name, birth date, side or flag is ever stored in clear. Times are UTC.
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcTime(TypeDecorator[datetime]):
    """A moment: handed in with a time zone, stored in UTC, handed back in UTC, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can name it too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, date: Date, bytes: LargeBinary, str: String}  # noqa: RUF012


class Wording(Base):
    """A definition exactly as its patients saw it, in one language, by the hash of its canonical JSON."""

    __tablename__ = "wording"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(16))
    document: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class Draft(Base):
    """A form in progress, or its patient's own copy once sent: encrypted under their secret and the server key."""

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    lookup: Mapped[bytes] = mapped_column(unique=True)
    document: Mapped[bytes]
    version: Mapped[int]
    revision: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Submission(Base):
    """A form that was sent. Its answers are sealed, in a table of their own."""

    __tablename__ = "submission"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str] = mapped_column(String(9), unique=True)
    wording: Mapped[str] = mapped_column(ForeignKey(Wording.digest))
    received_at: Mapped[datetime]
    visit_date: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str | None] = mapped_column(String(32))
    revision: Mapped[int]
    revision_of: Mapped[str | None] = mapped_column(ForeignKey("submission.id"))
    idempotency: Mapped[bytes] = mapped_column(unique=True)

    __table_args__ = (
        Index("ix_submission_received", "received_at", "id"),
        Index("ix_submission_status_received", "status", "received_at", "id"),
        Index("ix_submission_queue", "status", "visit_date", "received_at", "id"),
        Index(
            "ix_submission_owner", "owner", "status", "visit_date", "received_at", "id",
            sqlite_where=text("owner IS NOT NULL"), postgresql_where=text("owner IS NOT NULL"),
        ),
    )  # fmt: skip


class ReadByTeam(Base):
    """The day on which the team had first read a form: all that its patient's receipt tells of the review.

    By the reference, which the intake knows from the patient's own copy; it reads no other column of what was sent.
    """

    __tablename__ = "read_by_team"

    reference: Mapped[str] = mapped_column(ForeignKey(Submission.reference), primary_key=True)
    day: Mapped[date]


class SealedDocument(Base):
    """Everything that only the desk may open: what was sent, and what staff write beside it. One row, one data key.

    The answers of a submission have its id. Apart, so that the intake's database role may INSERT here and never SELECT.
    """

    __tablename__ = "sealed_document"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    submission: Mapped[str | None] = mapped_column(ForeignKey(Submission.id), index=True)
    blob: Mapped[bytes]


class SealedKey(Base):
    """The data key of a sealed document, once for every recipient."""

    __tablename__ = "sealed_key"

    document: Mapped[str] = mapped_column(ForeignKey(SealedDocument.id), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    data: Mapped[bytes]

    __table_args__ = (Index("ix_sealed_key_key_id", "key_id", "document"),)


class Lookup(Base):
    """A keyed digest by which a submission is found: written and read by the desk alone, which holds the key.

    The time of receipt stands in it (as it does beside the submission), so that the newest of many are found at once.
    """

    __tablename__ = "lookup"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(primary_key=True)
    submission: Mapped[str] = mapped_column(ForeignKey(Submission.id), primary_key=True, index=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class IndexQueue(Base):
    """A submission that waits for the desk's side to write its digests."""

    __tablename__ = "index_queue"

    submission: Mapped[str] = mapped_column(ForeignKey(Submission.id), primary_key=True)


class LegalHold(Base):
    """A submission that nothing deletes until the hold is lifted."""

    __tablename__ = "legal_hold"

    submission: Mapped[str] = mapped_column(ForeignKey(Submission.id), primary_key=True)
    placed_at: Mapped[datetime]


class Attempt(Base):
    """Failed tries at a birth date or a password, by a keyed digest of what was tried, known or not."""

    __tablename__ = "attempt"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    next_try_at: Mapped[datetime]


class Staff(Base):
    """Somebody who works at the clinic. `roles` is a list of words with spaces between.

    Without a password and without a subject it is an invitation that nobody has taken up yet. `subject` names somebody
    at the clinic's own sign-in service. The secret of an authenticator app is encrypted under the desk's server key.
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    roles: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    totp: Mapped[bytes | None]
    subject: Mapped[str | None] = mapped_column(String(512), unique=True)


class Passkey(Base):
    """A passkey of a member of staff: only its public half. `id` is the credential's own id."""

    __tablename__ = "passkey"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey(Staff.id), index=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    label: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code for the day the second factor is lost: only its keyed digest. Its row goes when it is used."""

    __tablename__ = "recovery_code"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey(Staff.id), index=True)


class Device(Base):
    """A browser on which somebody has signed in before: their tries there are counted apart from everybody else's."""

    __tablename__ = "device"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey(Staff.id), index=True)
    last_seen_at: Mapped[datetime]


class StaffSession(Base):
    """A sign-in: the cookie holds a random token, the row only its digest. `id` only names it, on pages.

    `stage` is `password` until the second factor was given. `proved_at` is when its owner last proved who they are.
    """

    __tablename__ = "staff_session"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    staff: Mapped[str] = mapped_column(ForeignKey(Staff.id), index=True)
    stage: Mapped[str] = mapped_column(String(8))
    way: Mapped[str] = mapped_column(String(16))
    browser: Mapped[str] = mapped_column(String(64))
    trusted: Mapped[bool]
    created_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SetupLink(Base):
    """A one-time link that leads into an account: only its digest is stored; it is used once.

    `purpose` is `first` (makes the first account), `join` (an invitation), `reset` (a new password) or `restart`
    (a new password and a new second factor).
    """

    __tablename__ = "setup_link"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    staff: Mapped[str | None] = mapped_column(ForeignKey(Staff.id), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Restart(Base):
    """One administrator asks that somebody may set up a new second factor; another has to agree."""

    __tablename__ = "restart"

    staff: Mapped[str] = mapped_column(ForeignKey(Staff.id), primary_key=True)
    asked_by: Mapped[str] = mapped_column(ForeignKey(Staff.id))
    asked_at: Mapped[datetime]


class Spent(Base):
    """Something that works once and was used: a code of an authenticator app, the challenge of a passkey."""

    __tablename__ = "spent"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    forget_at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    """Who did what to which record, when, from which room. No health word, no name of a patient.

    `seq` numbers the lines of a chain from 1, and `hash` holds the one before it (app/ledger.py). All three are empty
    in lines from before there were chains.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    room: Mapped[str] = mapped_column(String(8))
    who: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(32))
    record: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str | None] = mapped_column(String(32))
    seq: Mapped[int | None]
    hash: Mapped[bytes | None]

    __table_args__ = (
        Index("ix_audit_chain", "chain", "seq", unique=True),
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_record", "record", "at", "id"),
        Index("ix_audit_who", "who", "at", "id"),
        Index("ix_audit_act", "act", "at", "id"),
    )


class Job(Base):
    """A piece of recurring work: claimed by one worker at a time, due again after it was done."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    last_done_at: Mapped[datetime | None]
    last_result: Mapped[str | None] = mapped_column(String(255))
