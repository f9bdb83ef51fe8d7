"""The review desk's queue is read in its order, whatever the number of forms."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_OWNED = sa.text("owner IS NOT NULL")
"""Most forms have no owner, and need no line in that index."""


def upgrade() -> None:
    op.create_index("ix_submission_queue", "submission", ["status", "visit_date", "received_at", "id"])
    op.create_index(
        "ix_submission_owner",
        "submission",
        ["owner", "status", "visit_date", "received_at", "id"],
        sqlite_where=_OWNED,
        postgresql_where=_OWNED,
    )


def downgrade() -> None:
    op.drop_index("ix_submission_owner", "submission")
    op.drop_index("ix_submission_queue", "submission")
