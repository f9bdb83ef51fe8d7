"""The day on which the team had first read a form, for its patient's receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "read_by_team",
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["submission.reference"], name=op.f("fk_read_by_team_reference")),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_read_by_team")),
    )


def downgrade() -> None:
    op.drop_table("read_by_team")
