"""What the clinic's provider tells of somebody, or why nothing of it counts. Needs none of the libraries of `oidc`."""

from dataclasses import dataclass
from datetime import datetime


class NotAccepted(Exception):
    """What came from the provider signs nobody in. `cause` is a word for the log: away, answer, token, strength."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True)
class Told:
    """What a checked ID token says of somebody. `subject` is the issuer and its own lasting name for them.

    `signed_in_at` is when they last gave proof to the provider, where it says so.
    """

    subject: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    signed_in_at: datetime | None
