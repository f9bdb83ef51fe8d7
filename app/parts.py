"""The parts that both rooms are built from: configuration, database, keys, questionnaire, clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from config import Config

from .keyring import Keyring
from .keys import IndexKey, ServerKey, load_index_key, load_server_key
from .ledger import Ledgers
from .questionnaire.hemifacial_spasm import DEFINITION
from .questionnaire.kinds import Definition
from .records.store import Store
from .syslog import Shipper

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today_of(config: Config, clock: Clock = utc_now) -> date:
    """The clinic's day."""
    return clock().astimezone(config.clinic.timezone).date()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a room needs. A process that serves the intake alone has no private key and no index key."""

    config: Config
    store: Store
    server_key: ServerKey
    keyring: Keyring
    index_key: IndexKey | None
    definition: Definition = field(default=DEFINITION)
    clock: Clock = field(default=utc_now)

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock()

    def today(self) -> date:
        """The clinic's day."""
        return today_of(self.config, self.clock)

    def local(self, moment: datetime) -> datetime:
        """A moment in the clinic's time zone."""
        return moment.astimezone(self.config.clinic.timezone)


def open_store(config: Config, server_key: ServerKey) -> Store:
    """The database of this configuration, with the chains that its audit lines hang on, and where they are sent."""
    tell = Shipper(config.audit_syslog) if config.audit_syslog else None
    return Store(config.database_url, Ledgers.of(server_key, config.rooms), tell)


def assemble(config: Config, *, definition: Definition = DEFINITION, clock: Clock = utc_now) -> Parts:
    """Load the keys and connect the database that this configuration names.

    Raises KeyProblem when a key is missing, or lies where it must not. A process that serves only the intake room
    loads no private key, and refuses to start with one in reach.
    """
    opens = config.rooms != "intake"
    keyring = Keyring(config.key_dir, opens=opens)
    keyring.prove(production=config.secure)
    server_key = load_server_key(config.secret_key_file)
    return Parts(
        config=config,
        store=open_store(config, server_key),
        server_key=server_key,
        keyring=keyring,
        index_key=load_index_key(config.key_dir) if opens else None,
        definition=definition,
        clock=clock,
    )
