"""The forms that people fill in: what is typed becomes values that the verbs take."""

import re
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from tickets.forms.door import PASSWORD_LENGTH, new_password
from tickets.mime.addresses import mailboxes
from tickets.models import Agent, Mirror, State
from tickets.models.mirrors import MAILBOX, YEAR

KINDS = ("reply", "reply-all", "forward", "note", "new")
_ONE = re.compile(r'(?:"[^"]*"|[^,;])+')
LONGEST_TEXT = 200_000
SEEN = r"^\d{1,18}( [a-z0-9]{1,16}){0,20}\Z"  # actions.overtaken.token_of


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
    seen = forms.RegexField(SEEN, required=False, max_length=400)
    shown = forms.RegexField(SEEN, required=False, max_length=400)  # what overtook it, when it is sent anyway
    mailbox = forms.CharField(required=False, max_length=16)
    forwarded = forms.CharField(required=False, max_length=16)
    way = forms.CharField(required=False, max_length=340)  # "account recipient", as the box offers it

    def fields_of_draft(self) -> dict[str, Any]:
        """What a draft's row keeps of it. A note has no recipients, whatever stood in their places before."""
        data = self.cleaned_data
        kind = "reply" if data["kind"] == "reply-all" else data["kind"]
        found = {name: data[name] for name in ("subject", "text", "then_state", "seen", "way")} | {"kind": kind}
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
    password = new_password()

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
