"""Audit lines hang on chains, and are found by record, by person, by act and by time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INDEXES = {
    "ix_audit_at": ["at", "id"],
    "ix_audit_record": ["record", "at", "id"],
    "ix_audit_who": ["who", "at", "id"],
    "ix_audit_act": ["act", "at", "id"],
}


def upgrade() -> None:
    # Empty for lines from before: they were written without a key, and are told apart by that.
    op.add_column("audit", sa.Column("chain", sa.String(length=32), nullable=True))
    op.add_column("audit", sa.Column("seq", sa.Integer(), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.create_index("ix_audit_chain", "audit", ["chain", "seq"], unique=True)
    for name, columns in _INDEXES.items():
        op.create_index(name, "audit", columns)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # what `previsit database-roles` made hangs on the columns
        op.execute("DROP POLICY IF EXISTS audit_intake_reads ON audit")
        op.execute("DROP POLICY IF EXISTS audit_intake_adds ON audit")
        op.execute("DROP POLICY IF EXISTS audit_desk_reads ON audit")
        op.execute("DROP POLICY IF EXISTS audit_desk_adds ON audit")
        op.execute("ALTER TABLE audit DISABLE ROW LEVEL SECURITY")
    for name in ("ix_audit_chain", *_INDEXES):
        op.drop_index(name, table_name="audit")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        for name in ("hash", "seq", "chain"):
            batch_op.drop_column(name)
