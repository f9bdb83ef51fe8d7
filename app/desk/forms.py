"""The two forms of the doors. `app/forgery.py` has checked their token before a view sees them."""

from wtforms import Form, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired

from ..records.staff import normalised
from . import passwords
from .context import desk

_LONGEST_NAME = 254


def _readable(typed: str | None) -> str | None:
    """What was typed without characters that can neither be read nor shown again (NUL and the like)."""
    return "".join(c for c in typed if c.isprintable()) if typed else typed


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

    def validate_account(self, field: StringField) -> None:
        """A name without spaces inside that fits its column."""
        name = normalised(field.data or "")
        if any(c.isspace() for c in name):
            raise ValidationError("Use a name without spaces, like your work email address.")
        if not 2 <= len(name) <= _LONGEST_NAME:
            raise ValidationError(f"Use 2 to {_LONGEST_NAME} characters for the account name.")

    def validate_password(self, field: PasswordField) -> None:
        """Long enough, and not what strangers try first."""
        sentence = passwords.problem_with(
            field.data or "",
            account=normalised(self.account.data or ""),
            clinic_name=desk().parts.config.clinic.name,
        )
        if sentence:
            raise ValidationError(sentence)


def problems(form: Form) -> dict[str, str]:
    """The first sentence about each field that has something wrong."""
    return {field.name: str(field.errors[0]) for field in form if field.errors}
