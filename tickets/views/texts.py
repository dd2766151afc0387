"""The texts that an account's customers get: each in each language, with a preview, and back to the default."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions.texts import set_text
from tickets.channels import channel_classes
from tickets.forms.texts import TextForm, problems
from tickets.models import Account
from tickets.texts import own
from tickets.texts.choose import language_of
from tickets.texts.languages import LANGUAGES, direction
from tickets.texts.moments import moment, on_date, written
from tickets.texts.template import bare, fill
from tickets.texts.text import CONVERSATION, MAIL, Text
from tickets.texts.values import VALUES, cleaned
from tickets.texts.words import BY_NAME, TEXTS
from tickets.views.access import administrates, agent_of
from tickets.views.account import account_of
from tickets.views.rail import frame


def texts_of(account: Account) -> list[Text]:
    """Return the texts that an account can have words of its own for."""
    channel = channel_classes().get(account.channel)
    where = CONVERSATION if channel and channel.conversational else MAIL
    return [text for text in TEXTS if text.is_editable and where in text.where]


@administrates
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The first text, in the account's language."""
    account = account_of(public_id)
    return redirect("tickets:text-edit", public_id, texts_of(account)[0].name, language_of(account))


@administrates
def edit(request: HttpRequest, public_id: str, name: str, language: str) -> HttpResponse:
    """Change one text in one language; empty words are the default."""
    account, text = chosen(public_id, name, language)
    form = TextForm(text, request.POST or None, initial={"template": template_of(account, text, language)})
    if request.method == "POST" and form.is_valid():
        keep(request, account, text, language, form.cleaned_data["template"])
        return redirect("tickets:text-edit", public_id, name, language)
    template = str(form["template"].value() or "")
    context = {
        **frame(request, "accounts"),
        **preview_of(account, text, language, template),
        "account": account,
        "text": text,
        "label": _(text.label),
        "help": _(text.help),
        "form": form,
        "language": language,
        "is_own": bool(own.own(account, text, language)),
        "texts": [(one.name, _(one.label), one.name in account.texts) for one in texts_of(account)],
        "languages": [(code, named, bool(own.own(account, text, code))) for code, named in LANGUAGES.items()],
        "places": [(f"{{{place}}}", _(VALUES[place].help)) for place in text.places],
    }
    return render(request, "tickets/texts/page.html", context, status=422 if form.errors else 200)


def chosen(public_id: str, name: str, language: str) -> tuple[Account, Text]:
    """The account and the text of an address. Raises Http404."""
    account = account_of(public_id)
    text = BY_NAME.get(name)
    if text not in texts_of(account) or language not in LANGUAGES:
        raise Http404
    return account, BY_NAME[name]


def template_of(account: Account, text: Text, language: str) -> str:
    """What is said now: the account's own words, else the default."""
    return own.own(account, text, language) or own.default(account, text, language)


def keep(request: HttpRequest, account: Account, text: Text, language: str, template: str) -> None:
    """Store words of its own; the default is not stored, so that it gets better with the next release."""
    is_default = template.replace("\r\n", "\n").strip() in ("", own.default(account, text, language).strip())
    set_text(account, text.name, language, "" if is_default else template, agent_of(request))
    words = _("The default is said again.") if is_default else _("Saved. Customers get these words from now on.")
    messages.success(request, words)


@administrates
def preview(request: HttpRequest, public_id: str, name: str, language: str) -> HttpResponse:
    """What customers would read (POST), as it is typed."""
    account, text = chosen(public_id, name, language)
    template = request.POST.get("template", "")[: own.LONGEST]
    return render(request, "tickets/texts/_preview.html", preview_of(account, text, language, template))


def preview_of(account: Account, text: Text, language: str, template: str) -> dict[str, Any]:
    """A text with sample values, and again with those missing that can be; what is wrong with it, and what to think of."""
    values = samples(account, language)
    may_miss = {place: value for place, value in values.items() if place not in ("name", "opens", "until")}
    whole, without = fill(template, values), fill(template, may_miss)
    if any(place in text.needs for place in bare(template)):
        without = fill(own.default(account, text, language), may_miss)
    return {
        "whole": whole,
        "without": without if without != whole else "",
        "direction": direction(language),
        "language": language,
        "problems": problems(text, template),
        "falls_back": [f"{{{place}}}" for place in bare(template) if place in text.needs],
    }


def samples(account: Account, language: str) -> dict[str, str]:
    """Values as they might be: the account's own name, and times in its zone."""
    zone = account.opening_hours.zone
    now = timezone.now().astimezone(zone)
    opens = datetime.combine(now.date() + timedelta(2), time(9), zone)
    found = {name: value.sample for name, value in VALUES.items()}
    found |= {"mailbox": account.home.name, "opens": moment(opens, now, language)}
    found |= {"until": on_date(now.date() + timedelta(30), language), "when": written(now, language)}
    return cleaned(found)
