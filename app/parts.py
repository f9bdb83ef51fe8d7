"""The parts that both rooms are built from: configuration, database, keys, questionnaire, clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from config import Config

from .keys import ServerKey, load_private_key, load_public_key, load_server_key
from .questionnaire.hemifacial_spasm import DEFINITION
from .questionnaire.kinds import Definition
from .records.store import Store
from .sealing import PrivateKey, PublicKey

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a room needs. The intake room is never handed `private_key` when it runs by itself."""

    config: Config
    store: Store
    server_key: ServerKey
    recipients: tuple[PublicKey, ...]
    private_key: PrivateKey | None
    definition: Definition = field(default=DEFINITION)
    clock: Clock = field(default=utc_now)

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock()

    def today(self) -> date:
        """The clinic's day."""
        return self.now().astimezone(self.config.clinic.timezone).date()

    def local(self, moment: datetime) -> datetime:
        """A moment in the clinic's time zone."""
        return moment.astimezone(self.config.clinic.timezone)


def assemble(config: Config, *, definition: Definition = DEFINITION, clock: Clock = utc_now) -> Parts:
    """Load the keys and connect the database that this configuration names.

    Raises KeyProblem when a key is missing. A process that serves only the intake room loads no private key.
    """
    return Parts(
        config=config,
        store=Store(config.database_url),
        server_key=load_server_key(config.secret_key_file),
        recipients=(load_public_key(config.key_dir),),
        private_key=None if config.rooms == "intake" else load_private_key(config.key_dir),
        definition=definition,
        clock=clock,
    )
