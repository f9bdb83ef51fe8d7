"""Who signs in with what they hold here: everybody, or, beside single sign-on, the emergency account only."""

from ..records import staff
from .context import desk


def local_sign_in() -> bool:
    """Whether people sign in with what they hold here; if not, only the emergency account does."""
    sso = desk().parts.config.single_sign_on
    return sso is None or sso.local_sign_in


def opens_locally(name: str) -> bool:
    """Whether the account of this name may sign in with what it holds here: all, or only the emergency account."""
    return local_sign_in() or staff.normalised(name) == emergency_account()


def emergency_account() -> str:
    """The name of the one account that still signs in here where local sign-in is off; nothing where there is none."""
    sso = desk().parts.config.single_sign_on
    return staff.normalised(sso.break_glass) if sso else ""
