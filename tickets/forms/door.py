"""The forms at the door: choosing a password by a link, and asking for such a link."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from tickets.models import Agent

PASSWORD_LENGTH = 200


def new_password() -> forms.CharField:
    """The field for a password that somebody chooses."""
    return forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters. A few words in a row are easy to remember."),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PasswordForm(forms.Form):
    """A password that somebody chooses for themselves."""

    password = new_password()

    def __init__(self, agent: Agent, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.agent = agent

    def clean_password(self) -> str:
        """A password that is not easily guessed."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self.agent)
        return password


class JoinForm(PasswordForm):
    """Who was invited says how they are called."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "password")

    def __init__(self, agent: Agent, data: Any = None) -> None:
        super().__init__(agent, data, initial={"name": agent.name})


class ForgottenForm(forms.Form):
    """Whose password was forgotten."""

    email = forms.EmailField(
        label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
