"""Where a submission stands, as its one clear column says it. It never says why."""

ATTENTION = "attention"
"""Sending raised an urgent flag; only a person takes it out of here, and nothing deletes it."""
RECEIVED = "received"
IN_REVIEW = "in_review"
NEEDS_INFO = "needs_info"
REVIEWED = "reviewed"
ARCHIVED = "archived"

STATUSES = (ATTENTION, RECEIVED, IN_REVIEW, NEEDS_INFO, REVIEWED, ARCHIVED)
