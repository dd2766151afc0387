"""The form of an account: what every account has, and what its channel wants to know."""

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from tickets.channels import Channel, Field
from tickets.hours import DAYS, Unreadable, read_days_off, read_week, write_days_off, write_stretches, write_week
from tickets.models import Account, Team

# The columns that a person sets.
COLUMNS = (
    "name", "team", "language", "time_zone", "hours", "days_off", "signature", "footer", "acknowledge", "retention_days",
)  # fmt: skip


# How choices are called that are stored in short.
NAMED = {
    "ssl": "SSL/TLS", "starttls": "STARTTLS", "none": gettext_noop("none"), "google": "Google",
    "microsoft": "Microsoft", "yes": gettext_noop("yes"), "no": gettext_noop("no"),
}  # fmt: skip
CONNECTION, RARE = gettext_noop("The connection"), gettext_noop("Seldom needed")
# What stands together on the page; a title and the columns below it.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (gettext_noop("The account"), ("name", "address", "provider", "team", "language")),
    (gettext_noop("What customers get"), ("signature", "footer", "acknowledge")),
    (gettext_noop("Hours"), ("hours", "days_off", "time_zone")),
)


class WrittenField(forms.CharField):
    """A value that is stored as JSON, and typed as people write it."""

    widget: Any = forms.Textarea(attrs={"rows": 3})

    def read(self, typed: str) -> Any:
        """What is stored. Raises Unreadable."""
        raise NotImplementedError

    def write(self, stored: Any) -> str:
        """What stands in the field."""
        raise NotImplementedError

    def fault(self, part: str) -> str:
        """What is wrong with a part that cannot be read."""
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else self.write(value or self.read(""))

    def clean(self, value: Any) -> Any:
        try:
            return self.read(super().clean(value))
        except Unreadable as error:
            raise forms.ValidationError(self.fault(str(error))) from None


class WeekWidget(forms.Widget):
    """A line for each weekday: 09:00-12:30 13:30-17:00. Its value is the week as people write it."""

    template_name = "tickets/account/_week.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = ((day, str(data.get(f"{name}_{day}", "")).replace(",", " ").strip()) for day in DAYS)
        lines = ", ".join(f"{day.title()} {times}" for day, times in typed if times)
        return lines or data.get(name, "")

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        try:
            rows = {day: write_stretches(stretches) for day, stretches in read_week(value or "").items()}
        except Unreadable:  # shown as it was typed
            rows = {part[:3].lower(): part[4:] for part in str(value).split(", ")}
        context = super().get_context(name, value, attrs)
        context["days"] = [(day, WEEKDAYS[number], rows.get(day, "")) for number, day in enumerate(DAYS)]
        return context


class WeekField(WrittenField):
    """Weekly hours."""

    widget = WeekWidget

    def read(self, typed: str) -> Any:
        return read_week(typed)

    def write(self, stored: Any) -> str:
        return write_week(stored)

    def fault(self, part: str) -> str:
        return gettext("“%s” cannot be read. Write it like this: 09:00-12:30 13:30-17:00") % part


class DaysOffField(WrittenField):
    """Days off with their names."""

    def read(self, typed: str) -> Any:
        return read_days_off(typed)

    def write(self, stored: Any) -> str:
        return write_days_off(stored)

    def fault(self, part: str) -> str:
        return gettext("“%s” is no day. Write 2026-12-24 for one, 12-25 for every year, and then its name.") % part


def zone_choices() -> list[tuple[str, Any]]:
    """The time zones to choose from, the helpdesk's own first."""
    named = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
    )
    return [("", _("as this helpdesk")), *((zone, zone.replace("_", " ")) for zone in named)]


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
    hours = WeekField(
        label=_("Hours"),
        required=False,
        help_text=_(
            "Like this: 09:00-12:30 13:30-17:00. A day left empty is closed; all empty: somebody is always there."
        ),
    )
    days_off = DaysOffField(
        label=_("Days off"),
        required=False,
        help_text=_("One on a line: 2026-12-24 Christmas Eve, or 12-25 Christmas for every year."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the hours"), required=False)
    signature = forms.CharField(
        label=_("Signature"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Below every answer by mail. {agent} is the name of who writes it, {mailbox} that of this account."
        ),
    )
    footer = forms.CharField(
        label=_("Footer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Below everything that customers get: the company’s name, a link to the privacy notice."),
    )
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
        self.fields["team"].queryset = Team.objects.filter(removed_at=None).order_by("name")  # type: ignore[attr-defined]
        if account and account.language not in dict(languages):  # chosen before there were texts
            languages = [*languages, (account.language, account.language)]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]
        if channel.name != settings.LAST_RESORT:  # the vendor says it when the account is connected
            self.fields["address"].required, self.fields["address"].help_text = False, ""
        for field in channel.fields():
            self.fields[f"set_{field.name}"] = form_field(field, account)
        if account:
            self.fields["address"].disabled, self.fields["address"].help_text = True, ""
        else:
            self._ask_while_typing()

    def _ask_while_typing(self) -> None:
        """Say below the address what is known of its settings, by its domain or the provider that is chosen."""
        if providers := self.channel.providers():
            known = [("", gettext("known by the address, or none of these")), *providers]
            self.fields["provider"] = forms.ChoiceField(label=_("Hosted at"), choices=known, required=False)
        url = f"{reverse('tickets:account-suggest')}?channel={self.channel.name}"
        ask = {"hx-get": url, "hx-target": "#suggestion", "hx-include": "#id_address, #id_provider"}
        for name in ("address", "provider"):
            if name in self.fields:
                self.fields[name].widget.attrs |= ask | {"hx-trigger": "input changed delay:400ms"}

    def groups(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """The fields as the page shows them: (title, whether it is seldom needed, fields)."""
        columns = [
            (gettext(title), False, [self[field] for field in names if field in self.fields]) for title, names in GROUPS
        ]
        rare: list[forms.BoundField] = []
        wired: dict[str, list[forms.BoundField]] = {}
        for field in self.channel.fields():
            place = rare if field.is_rare else wired.setdefault(field.group or CONNECTION, [])
            place.append(self[f"set_{field.name}"])
        connection = [(gettext(title), False, fields) for title, fields in wired.items()]
        return [columns[0], *connection, *columns[1:], (gettext(RARE), True, [*rare, self["retention_days"]])]

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
        return {name: self.cleaned_data[name] for name in COLUMNS if name in self.cleaned_data}


def beginning(account: Account | None) -> dict[str, Any]:
    """What stands in the form before anything is typed."""
    if account is None:
        return {"acknowledge": True, "language": "en"}
    found: dict[str, Any] = {name: getattr(account, name) for name in ("address", *COLUMNS)}
    return found | {"team": account.team.public_id if account.team else None}


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
            choices=[(choice, gettext(name)) for choice, name in zip(field.choices, names_of(field), strict=True)],
            initial=initial,
            **common,
        )
    if field.secret:
        return forms.CharField(
            strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), **common
        )
    widget = forms.Textarea(attrs={"rows": 3}) if field.is_long else forms.TextInput()
    return forms.CharField(initial=initial, widget=widget, **common)


def names_of(field: Field) -> tuple[str, ...]:
    """What the choices of a setting are called, in English."""
    return field.called or tuple(
        NAMED.get(choice or field.empty, choice or field.empty or "–") for choice in field.choices
    )


def checked(fault: Callable[[str], str]) -> Callable[[str], None]:
    """A setting's check as a form's validator."""

    def validate(value: str) -> None:
        if words := fault(value):
            raise forms.ValidationError(words)

    return validate
