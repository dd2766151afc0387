"""The reply box: drafts that save themselves, files, send with ten seconds to take it back."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.actions import ask, drafts, overtaken
from tickets.actions.change import NotAllowed
from tickets.actions.reply import recipients
from tickets.actions.typing import tell_of
from tickets.forms import DraftForm
from tickets.models import Account, Agent, Direction, Draft, DraftFile, DraftState, Ticket, new_id
from tickets.permissions import mailboxes_for
from tickets.views.access import agent_of, message_of, signed_in, ticket_of, writes
from tickets.views.timeline import Timeline
from tickets.views.ways import ways_of

_TOKEN = re.compile(r"\+[^@]*@")
BOX = "tickets/composer/_box.html"


def reply_box(request: HttpRequest, ticket: Ticket, said: Timeline | None = None, error: str = "") -> dict[str, Any]:
    """What the reply box of a ticket shows: what waits to be sent, else the draft that was left, else an empty one."""
    agent = agent_of(request)
    shown = (DraftState.EDITING, DraftState.SCHEDULED, DraftState.WAITING)
    mine = list(own_drafts(agent).filter(ticket=ticket, state__in=shown)[:5])
    scheduled = next((one for one in mine if one.state != DraftState.EDITING), None)
    draft = next((one for one in mine if one.state == DraftState.EDITING), None)
    return {
        "ticket": ticket,
        "may_write": agent.may_write,
        "scheduled": scheduled,
        "seconds_left": seconds_left(scheduled),
        "draft": draft,
        "box_key": draft.key if draft else new_id(26),
        "box_error": error or (draft.error if draft else ""),
        **addressees(ticket, draft),
        **ways_of(ticket, draft, said.newest_in if said else None),
        **overtakers(draft, seen_in(said) if said else seen_of(ticket)),
    }


def addressees(ticket: Ticket, draft: Draft | None) -> dict[str, Any]:
    """Whom a reply goes to, alone and with all others."""
    to, cc_all = recipients(ticket, True)
    cc_all = not_ours(cc_all)
    return {
        "reply_to": to,
        "reply_all_to": to,
        "reply_all_cc": cc_all,
        "has_others": bool(cc_all),
        "box_to": draft.to if draft else to,
        "box_cc": draft.cc if draft else [],
        "box_bcc": draft.bcc if draft else [],
        "box_kind": draft.kind if draft else "reply",
    }


def overtakers(draft: Draft | None, now: dict[str, Any]) -> dict[str, Any]:
    """What is before the agent now; what was when their draft was begun; and what overtook it, when it is held."""
    newer = overtaken.unseen(draft) if draft and draft.held else []
    begun = draft.seen if draft and draft.seen else now["seen"]
    return {**now, "seen": begun, "shown": now["seen"], "newer": newer}


def seen_in(said: Timeline) -> dict[str, Any]:
    """What the agent has before them: the newest incoming message, and the token of all that is shown."""
    return {"forward_message": said.newest_in.public_id if said.newest_in else "", "seen": said.seen}


def seen_of(ticket: Ticket) -> dict[str, Any]:
    """The same, for a box that is rendered without the conversation."""
    newest = (
        ticket.messages.filter(direction=Direction.IN)
        .order_by("-at", "-pk")
        .values_list("public_id", flat=True)
        .first()
    )
    return {"forward_message": newest or "", "seen": overtaken.token_of_ticket(ticket)}


def not_ours(boxes: list[dict[str, str]]) -> list[dict[str, str]]:
    """These mailboxes without those of this helpdesk, also where they stand with a token after a plus."""
    if not boxes:
        return []
    ours = {address.lower() for address in Account.objects.filter(removed_at=None).values_list("address", flat=True)}
    return [box for box in boxes if _TOKEN.sub("@", box["address"].lower()) not in ours]


def seconds_left(scheduled: Draft | None) -> int:
    """How long a scheduled draft can still be taken back."""
    if scheduled is None or scheduled.send_at is None:
        return 0
    return max(0, round((scheduled.send_at - timezone.now()).total_seconds()))


def own_drafts(agent: Agent) -> QuerySet[Draft]:
    """The agent's drafts, the newest first; not those for tickets of a mailbox that they do not work in any more."""
    mine = Q(ticket__isnull=True) | Q(ticket__mailbox__in=mailboxes_for(agent))
    return Draft.objects.filter(mine, agent=agent).prefetch_related("files").order_by("-updated_at")


def draft_of(request: HttpRequest, public_id: str) -> Draft:
    """One of the agent's own drafts."""
    return get_object_or_404(own_drafts(agent_of(request)), public_id=public_id)


def box(request: HttpRequest, draft: Draft | None, ticket: Ticket | None, error: str = "") -> HttpResponse:
    """The box anew for a script; for a browser without one, the page that it stands on."""
    if not request.headers.get("X-Part"):
        if error:
            messages.error(request, error)
        return redirect("tickets:ticket-show", number=ticket.number) if ticket else redirect("tickets:message-new")
    if ticket:
        return render(request, BOX, reply_box(request, ticket, error=error))
    return render(request, BOX, new_box(request, draft, error))


def save(request: HttpRequest, form: DraftForm) -> Draft:
    """Keep what is in the box. Raises NotAllowed when it has been sent, 404 for a ticket that this agent may not see."""
    fields = form.fields_of_draft()
    number = request.POST.get("ticket", "")
    if number.isdecimal():
        fields["ticket"] = ticket_of(request, int(number))
    if form.cleaned_data["mailbox"]:
        fields["mailbox"] = get_object_or_404(
            mailboxes_for(agent_of(request)), public_id=form.cleaned_data["mailbox"], removed_at=None
        )
    if fields["kind"] == "forward" and form.cleaned_data["forwarded"]:
        fields["forwarded"] = message_of(request, form.cleaned_data["forwarded"])
    return drafts.save_draft(form.cleaned_data["key"], agent_of(request), **fields)


@writes
def keep(request: HttpRequest) -> HttpResponse:
    """Save the draft while it is written."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This is too long to be kept."), status=422)
    try:
        draft = save(request, form)
    except NotAllowed as error:
        return HttpResponse(str(error), status=409)
    tell_of(draft)
    return JsonResponse({"draft": draft.public_id})


@writes
def send(request: HttpRequest) -> HttpResponse:
    """Send is pressed: it goes in ten seconds, unless it is taken back. The same press twice counts once."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This is too long to be sent."), status=422)
    earlier = (
        own_drafts(agent_of(request)).filter(key=form.cleaned_data["key"]).exclude(state=DraftState.EDITING).first()
    )
    if earlier and earlier.state != DraftState.DISCARDED:
        return box(request, earlier, earlier.ticket)
    form.cleaned_data["seen"] = form.cleaned_data["shown"] or form.cleaned_data["seen"]  # sent anyway
    draft = None
    try:
        draft = save(request, form)
        attach_all(request, draft)
        check_addressed(draft)
        drafts.schedule(draft)
    except NotAllowed as error:
        return box(request, draft, draft.ticket if draft else None, str(error))
    return box(request, draft, draft.ticket)


def check_addressed(draft: Draft) -> None:
    """Raise NotAllowed when the addresses of a reply were all taken out: it must not go to somebody unnamed."""
    if (
        draft.kind == "reply"
        and draft.ticket
        and not (draft.to or draft.cc or draft.bcc)
        and recipients(draft.ticket)[0]
    ):
        raise NotAllowed(_("Say to whom this is to be sent."))


def attach_all(request: HttpRequest, draft: Draft) -> None:
    """Keep the files that came with the form."""
    for file in request.FILES.getlist("files"):
        drafts.add_file(draft, file.name or "", file.content_type or "", file.read())


@writes
def attach(request: HttpRequest) -> HttpResponse:
    """Keep files with a draft; answers with the files that it has now."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This is too long to be kept."), status=422)
    try:
        draft = save(request, form)
        attach_all(request, draft)
    except (NotAllowed, OSError) as error:
        return HttpResponse(str(error), status=422)
    return render(request, "tickets/composer/_files.html", {"draft": draft})


@writes
def detach(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a file off a draft; answers with the files that are left."""
    file = get_object_or_404(
        DraftFile, public_id=public_id, draft__agent=agent_of(request), draft__state=DraftState.EDITING
    )
    draft = file.draft
    drafts.remove_file(file)
    if not request.headers.get("X-Part"):
        return box(request, draft, draft.ticket)
    return render(request, "tickets/composer/_files.html", {"draft": draft})


@writes
def hold_question(request: HttpRequest, number: int) -> HttpResponse:
    """Do not ask this customer where else to answer; what is in the box is kept."""
    return _decide_question(request, ticket_of(request, number), ask.hold_back)


@writes
def let_question(request: HttpRequest, number: int) -> HttpResponse:
    """Let this customer be asked after all."""
    return _decide_question(request, ticket_of(request, number), ask.let_ask)


def _decide_question(request: HttpRequest, ticket: Ticket, decide: Callable[[Ticket, Agent], None]) -> HttpResponse:
    form, draft, error = DraftForm(request.POST), None, ""
    try:
        if form.is_valid() and _holds_something(form, ticket):
            draft = save(request, form)
        decide(ticket, agent_of(request))
    except NotAllowed as refused:
        error = str(refused)
    return box(request, draft, ticket, error)


def _holds_something(form: DraftForm, ticket: Ticket) -> bool:
    """Whether anything in the box was written or chosen."""
    said = form.fields_of_draft()
    to = [box["address"] for box in recipients(ticket)[0]]
    others = [box["address"] for box in said["to"]] not in ([], to)
    return bool(said["text"].strip() or said["way"] or said["cc"] or said["bcc"] or others)


@writes
def lay_aside(request: HttpRequest) -> HttpResponse:
    """Keep a reply that was held as a draft, as it stands in the box; what overtook it counts as seen."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This is too long to be kept."), status=422)
    form.cleaned_data["seen"] = form.cleaned_data["shown"] or form.cleaned_data["seen"]
    try:
        draft = save(request, form)
    except NotAllowed as error:
        return HttpResponse(str(error), status=409)
    drafts.lay_aside(draft)
    return box(request, draft, draft.ticket)


@writes
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back what has not gone yet: text, files and recipients are in the box again."""
    draft, error = draft_of(request, public_id), ""
    try:
        drafts.undo(draft)
    except NotAllowed as refused:
        error = str(refused)
    return box(request, draft, draft.ticket, error)


@writes
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a draft away."""
    draft = draft_of(request, public_id)
    drafts.discard(draft)
    return box(request, None, draft.ticket)


@signed_in
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The reply box as it is now."""
    return render(request, BOX, reply_box(request, ticket_of(request, number)))


@signed_in
def show_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """The box of a new message as it is now; once it has gone, it names the ticket that it became."""
    return render(request, BOX, new_box(request, draft_of(request, public_id)))


def mailboxes_to_write_from(agent: Agent) -> QuerySet[Account]:
    """The connected mailboxes that this agent works in."""
    return mailboxes_for(agent).filter(removed_at=None).only("public_id", "name", "address").order_by("name")


def new_box(request: HttpRequest, draft: Draft | None, error: str = "") -> dict[str, Any]:
    """What the box of a new message shows."""
    agent = agent_of(request)
    if draft is None:
        draft = own_drafts(agent).filter(kind="new", ticket=None, state=DraftState.EDITING).first()
    is_editing = draft is not None and draft.state == DraftState.EDITING
    scheduled = draft if draft and draft.state == DraftState.SCHEDULED else None
    return {
        "mailboxes": mailboxes_to_write_from(agent),
        "may_write": agent.may_write,
        "scheduled": scheduled,
        "seconds_left": seconds_left(scheduled),
        "draft": draft if is_editing else None,
        "box_key": draft.key if draft and is_editing else new_id(26),
        "box_error": error or (draft.error if draft else ""),
        "box_kind": "new",
        "box_to": draft.to if draft and is_editing else [],
        "box_cc": draft.cc if draft and is_editing else [],
        "box_bcc": draft.bcc if draft and is_editing else [],
        "sent_ticket": draft.message.ticket if draft and draft.message else None,
    }
