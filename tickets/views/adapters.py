"""What django-allauth asks this house: how passwords are tried, and how secrets are kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.http import HttpRequest

from tickets.models import Agent
from tickets.models.secrets import unwrapped, wrapped
from tickets.views import tries

SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves; a password that is asked for again is the person's own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **more: Any
    ) -> None:
        """Say what was done, but not that somebody has signed in: they see it."""
        if message_template not in SILENT:
            super().add_message(request, level, message_template or None, *args, **more)

    def reauthenticate(self, user: Agent, password: str) -> bool:
        """Whether this is the password; wrong ones count as at the door."""
        limits = tries.limits_of(context.request, "sign-in", user.email)
        if seconds := tries.wait(limits):
            raise forms.ValidationError(tries.too_many(seconds))
        if user.check_password(password):
            return True
        tries.count(limits)
        return False

    def set_password(self, user: Agent, password: str) -> None:
        """Store the password alone: what else was changed of the person meanwhile stays."""
        user.set_password(password)
        user.save(update_fields=["password"])


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keys of second steps are encrypted at rest, as the credentials of accounts are."""

    def encrypt(self, text: str) -> str:
        return wrapped(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unwrapped(encrypted_text)


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Another password; wrong tries of the old one count as at the door: an open browser is no place to guess it."""

    def clean_oldpassword(self) -> str:
        password = str(self.cleaned_data["oldpassword"])
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("enter_current_password")
        return password


class Counted:
    """A form for a code: wrong ones are counted for this person at this client."""

    user: Agent

    def clean_code(self) -> str:
        limits = tries.limits_of(context.request, "code", self.user.public_id)
        if seconds := tries.wait(limits):
            raise forms.ValidationError(tries.too_many(seconds))
        try:
            code: Any = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError:
            tries.count(limits)
            raise
        return str(code)


class CodeForm(Counted, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class CodeAgainForm(Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code before something that only the person themselves may do."""
