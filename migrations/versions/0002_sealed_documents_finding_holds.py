"""One table for every sealed document; digests to find people by; legal holds."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sealed_document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("submission", sa.String(length=32), nullable=True),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_sealed_document_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_document")),
    )
    op.create_index("ix_sealed_document_submission", "sealed_document", ["submission"])
    op.execute(
        "INSERT INTO sealed_document (id, kind, submission, blob) "
        "SELECT submission, 'answers', submission, blob FROM sealed_answers"
    )
    with op.batch_alter_table("sealed_key", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_sealed_key_document"), type_="foreignkey")
        batch_op.create_foreign_key(op.f("fk_sealed_key_document"), "sealed_document", ["document"], ["id"])
        batch_op.create_index("ix_sealed_key_key_id", ["key_id", "document"])
    op.drop_table("sealed_answers")
    op.create_table(
        "lookup",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_lookup_submission")),
        sa.PrimaryKeyConstraint("kind", "digest", "received_at", "submission", name=op.f("pk_lookup")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lookup_submission", "lookup", ["submission"])
    op.create_table(
        "index_queue",
        sa.Column("submission", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_index_queue_submission")),
        sa.PrimaryKeyConstraint("submission", name=op.f("pk_index_queue")),
    )
    op.execute("INSERT INTO index_queue (submission) SELECT id FROM submission")
    op.create_table(
        "legal_hold",
        sa.Column("submission", sa.String(length=32), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_legal_hold_submission")),
        sa.PrimaryKeyConstraint("submission", name=op.f("pk_legal_hold")),
    )


def downgrade() -> None:
    op.drop_table("legal_hold")
    op.drop_table("index_queue")
    op.drop_table("lookup")
    op.create_table(
        "sealed_answers",
        sa.Column("submission", sa.String(length=32), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_sealed_answers_submission")),
        sa.PrimaryKeyConstraint("submission", name=op.f("pk_sealed_answers")),
    )
    # What is no answer of a submission has no place in the first release.
    op.execute(
        "INSERT INTO sealed_answers (submission, blob) SELECT id, blob FROM sealed_document WHERE kind = 'answers'"
    )
    op.execute("DELETE FROM sealed_key WHERE document NOT IN (SELECT submission FROM sealed_answers)")
    with op.batch_alter_table("sealed_key", schema=None) as batch_op:
        batch_op.drop_index("ix_sealed_key_key_id")
        batch_op.drop_constraint(op.f("fk_sealed_key_document"), type_="foreignkey")
        batch_op.create_foreign_key(op.f("fk_sealed_key_document"), "sealed_answers", ["document"], ["submission"])
    op.drop_index("ix_sealed_document_submission", table_name="sealed_document")
    op.drop_table("sealed_document")
