"""The forms that people fill in: what is typed becomes values that the verbs take."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.channels import Channel, Field
from tickets.mime.addresses import mailboxes
from tickets.models import Account, Agent, Mirror, Role, State, Team
from tickets.models.mirrors import MAILBOX, YEAR

KINDS = ("reply", "reply-all", "forward", "note", "new")
_ONE = re.compile(r'(?:"[^"]*"|[^,;])+')
LONGEST_TEXT = 200_000
PASSWORD_LENGTH = 200


def boxes(typed: str) -> list[dict[str, str]]:
    """Mailboxes as they are typed in one line, apart by comma or semicolon. What is no address stays as it is, to be refused."""
    found = []
    for one in _ONE.findall(typed):
        read = [{"name": box.name, "address": box.address} for box in mailboxes(one)]
        found += read or ([{"name": "", "address": one.strip()}] if one.strip() else [])
    return found


class DraftForm(forms.Form):
    """The reply box, as it is saved and sent."""

    key = forms.CharField(max_length=64)
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    to = forms.CharField(required=False, max_length=20_000)
    cc = forms.CharField(required=False, max_length=20_000)
    bcc = forms.CharField(required=False, max_length=20_000)
    subject = forms.CharField(required=False, max_length=998)
    text = forms.CharField(required=False, max_length=LONGEST_TEXT, strip=False)
    then_state = forms.ChoiceField(required=False, choices=[("", ""), *State.choices])
    seen = forms.IntegerField(required=False, min_value=0)
    mailbox = forms.CharField(required=False, max_length=16)
    forwarded = forms.CharField(required=False, max_length=16)

    def fields_of_draft(self) -> dict[str, Any]:
        """What a draft's row keeps of it. A note has no recipients, whatever stood in their places before."""
        data = self.cleaned_data
        kind = "reply" if data["kind"] == "reply-all" else data["kind"]
        found = {"kind": kind, "subject": data["subject"], "text": data["text"], "then_state": data["then_state"]}
        return found | {name: [] if kind == "note" else boxes(data[name]) for name in ("to", "cc", "bcc")}


class SignInForm(forms.Form):
    """Who wants in."""

    email = forms.EmailField(
        label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PersonForm(forms.Form):
    """Somebody who is to work here."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 10 characters. A few words in a row are easy to remember."),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_email(self) -> str:
        """The address in lower case, when nobody here has it."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if Agent.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Somebody here has this address already."))
        return email

    def clean_password(self) -> str:
        """A password that is not easily guessed."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password)
        return password


class AgentForm(PersonForm):
    """Somebody who is to work here, with what they may do."""

    role = forms.ChoiceField(
        label=_("May"),
        choices=[
            (Role.AGENT, _("answer (agent)")),
            (Role.MANAGER, _("read everything (manager)")),
            (Role.ADMINISTRATOR, _("set up everything (administrator)")),
        ],
    )


class MeForm(forms.Form):
    """What people choose for themselves."""

    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, languages: list[tuple[str, Any]], zones: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("as the browser asks")), *languages]  # type: ignore[attr-defined]
        named = [("", _("as this helpdesk")), *((zone, zone.replace("_", " ")) for zone in zones)]
        self.fields["time_zone"].choices = named  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """A mailbox or another account; the lower half is made from what its channel wants to know."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Customers see it as the sender: “Blue Bicycle Help”.")
    )
    address = forms.CharField(label=_("Address"), max_length=320, help_text=_("For email: support@example.org"))
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        to_field_name="public_id",
        empty_label=_("everybody"),
    )
    language = forms.ChoiceField(label=_("Language of automatic answers"), required=False)
    signature = forms.CharField(label=_("Signature"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    acknowledge = forms.BooleanField(label=_("Tell customers at once that their mail has come in"), required=False)
    retention_days = forms.IntegerField(
        label=_("Days a resting ticket is kept"),
        required=False,
        min_value=1,
        max_value=36500,
        help_text=_("Solved and closed tickets are erased after that, unless they are held. Empty: kept for good."),
    )

    def __init__(
        self, channel: type[Channel], account: Account | None, languages: list[tuple[str, Any]], data: Any = None
    ) -> None:
        self.channel = channel
        super().__init__(data, initial=beginning(account))
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        if channel.name != settings.LAST_RESORT:  # the vendor says it when the account is connected
            self.fields["address"].required, self.fields["address"].help_text = False, ""
        for field in channel.fields():
            self.fields[f"set_{field.name}"] = form_field(field, account)
        if account:
            self.fields["address"].disabled = True

    @property
    def common(self) -> list[forms.BoundField]:
        """What every account has."""
        return [field for field in self if not field.name.startswith("set_")]

    @property
    def special(self) -> list[forms.BoundField]:
        """What this channel wants to know."""
        return [field for field in self if field.name.startswith("set_")]

    def values(self, secret: bool) -> dict[str, Any]:
        """The channel's settings as they are stored: the secret ones, or the others. An empty secret is kept as it was."""
        found = {
            field.name: self.cleaned_data.get(f"set_{field.name}", "")
            for field in self.channel.fields()
            if field.secret == secret
        }
        return {name: value for name, value in found.items() if value or not secret}

    def fields_of_account(self) -> dict[str, Any]:
        """What stands in the account's own columns."""
        names = ("name", "team", "language", "signature", "acknowledge", "retention_days")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def beginning(account: Account | None) -> dict[str, Any]:
    """What stands in the form before anything is typed."""
    if account is None:
        return {"acknowledge": True, "language": "en"}
    found: dict[str, Any] = {
        name: getattr(account, name)
        for name in ("name", "address", "language", "signature", "acknowledge", "retention_days")
    }
    found["team"] = account.team.public_id if account.team else None
    return found


def form_field(field: Field, account: Account | None) -> forms.Field:
    """One setting of a channel as a field; a secret that is stored is not shown, and stays when nothing is typed."""
    kept = account is not None and field.secret and field.name in account.secrets
    initial = str(account.config.get(field.name, field.default)) if account else field.default
    common: dict[str, Any] = {
        "label": gettext(field.label) if field.label else field.name,
        "required": field.required and not kept,
        "help_text": _("Stored. Type a new one to change it.") if kept else gettext(field.help) if field.help else "",
        "validators": [checked(field.check)] if field.check else [],
    }
    if field.choices:
        return forms.ChoiceField(
            choices=[(choice, choice or "–") for choice in field.choices], initial=initial, **common
        )
    if field.secret:
        return forms.CharField(
            strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), **common
        )
    widget = forms.Textarea(attrs={"rows": 3}) if field.is_long else forms.TextInput()
    return forms.CharField(initial=initial, widget=widget, **common)


def checked(fault: Callable[[str], str]) -> Callable[[str], None]:
    """A setting's check as a form's validator."""

    def validate(value: str) -> None:
        if words := fault(value):
            raise forms.ValidationError(words)

    return validate


class MirrorForm(forms.Form):
    """A place that the record is copied to."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Place"),
        max_length=1000,
        help_text=_(
            "A mailbox: imaps://archive%40example.org@imap.example.org/Holdfast · a bucket: "
            "s3://ACCESSKEY@bucket/prefix?endpoint=https://s3.example.net · a folder: file:///mnt/copy"
        ),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Password or secret key"),
        required=False,
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    folders = forms.ChoiceField(
        label=_("Folders in a mailbox"), choices=[(YEAR, _("one per year")), (MAILBOX, _("one per mailbox of ours"))]
    )

    def __init__(self, mirror: Mirror | None, data: Any = None) -> None:
        kept = {"name": mirror.name, "url": mirror.url, "folders": mirror.folders} if mirror else {}
        super().__init__(data, initial=kept)
        if mirror and mirror.secrets:
            self.fields["password"].help_text = _("Stored. Type a new one to change it.")
