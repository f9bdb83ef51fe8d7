"""The forms of the desk's doors and accounts. `app/forgery.py` has checked their token before a view sees them."""

from collections.abc import Mapping
from typing import Any

from wtforms import Form, PasswordField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[reportAttributeAccessIssue]
from wtforms.validators import InputRequired

from ..records.staff import normalised
from . import passwords
from .access import RIGHTS
from .context import desk

_LONGEST_NAME = 254


def _readable(typed: str | None) -> str | None:
    """What was typed without characters that can neither be read nor shown again (NUL and the like)."""
    return "".join(c for c in typed if c.isprintable()) if typed else typed


def name_problem(typed: str) -> str:
    """What is wrong with an account name, in a sentence; nothing when it can be one."""
    name = normalised(typed)
    if any(c.isspace() for c in name):
        return "Use a name without spaces, like a work email address."
    if not 2 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        return f"Use 2 to {_LONGEST_NAME} characters for the account name."
    return ""


def _check_name(field: StringField) -> None:
    if sentence := name_problem(field.data or ""):
        raise ValidationError(sentence)


def _check_password(field: PasswordField, account: str) -> None:
    clinic = desk().parts.config.clinic
    sentence = passwords.problem_with(field.data or "", account=normalised(account), clinic=(clinic.name, clinic.place))
    if sentence:
        raise ValidationError(sentence)


class SignIn(Form):
    """Account name and password."""

    account = StringField(filters=[_readable], validators=[InputRequired("Enter your account name.")])
    password = PasswordField(validators=[InputRequired("Enter your password.")])


class SetUp(Form):
    """The first account: a name, and a password that strangers cannot guess."""

    account = StringField(
        filters=[_readable], validators=[InputRequired("Enter an account name, like your work email address.")]
    )
    password = PasswordField(validators=[InputRequired("Enter a password.")])

    @property
    def account_name(self) -> str:
        """The name as it was typed."""
        return self.account.data or ""

    def validate_account(self, field: StringField) -> None:
        """A name without spaces inside that fits its column."""
        _check_name(field)

    def validate_password(self, field: PasswordField) -> None:
        """Long enough, and not what strangers try first."""
        _check_password(field, self.account_name)


class NewPassword(Form):
    """A password for an account that is there."""

    password = PasswordField(validators=[InputRequired("Enter a password.")])

    def __init__(self, posted: Any = None, *, account_name: str) -> None:
        super().__init__(posted)
        self.account_name = account_name

    def validate_password(self, field: PasswordField) -> None:
        """Long enough, and not what strangers try first."""
        _check_password(field, self.account_name)


class ChangePassword(NewPassword):
    """One's own password: the one of now, and the new one."""

    current = PasswordField(validators=[InputRequired("Enter the password you use now.")])


class Roles(Form):
    """The roles of an account: one at least, and only those there are."""

    roles = SelectMultipleField(
        choices=[SelectChoice(role, role) for role in RIGHTS],
        validators=[InputRequired("Choose at least one role.")],
        validate_choice=False,  # its sentence would repeat what was posted; the one below does not
    )

    def validate_roles(self, field: SelectMultipleField) -> None:
        """Only roles that there are."""
        if not set(field.data or []) <= set(RIGHTS):
            raise ValidationError("Choose only from the roles on this page.")

    @property
    def wanted(self) -> list[str]:
        """The roles that were chosen, each once, however often it was posted."""
        return [role for role in RIGHTS if role in (self.roles.data or [])]


class Invite(Roles):
    """Somebody who is to get an account: its name, and what it opens."""

    account = StringField(
        filters=[_readable], validators=[InputRequired("Enter an account name, like their work email address.")]
    )

    def validate_account(self, field: StringField) -> None:
        """A name without spaces inside that fits its column."""
        _check_name(field)


def problems(form: Form) -> Mapping[str, str]:
    """The first sentence about each field that has something wrong."""
    return {field.name: str(field.errors[0]) for field in form if field.errors}
