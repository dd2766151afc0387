"""Acts on tickets, one or many: what is selected, what is done to it, how far it is, and taking it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tickets.actions.bulk import MOST_AT_ALL, begin, take_back
from tickets.actions.change import NotAllowed
from tickets.actions.unmerge import unmerge
from tickets.models import Bulk, State, Tag, Team
from tickets.permissions import visible_to, writers
from tickets.views.access import agent_of, once_in_steps, signed_in, ticket_of, writes
from tickets.views.act_words import done_words, undone_words
from tickets.views.lists import lists_for, with_tag
from tickets.views.snooze_times import read_time, usual_times

MOST_TAGS = 500


@writes
def act(request: HttpRequest) -> HttpResponseBase:
    """Do `what` with `value` to the tickets that are named, or to all of a list; answer with words and the way back."""
    agent, what, value = agent_of(request), request.POST.get("what", ""), request.POST.get("value", "")
    try:
        value = read_time(value) if what == "snooze" else value
        numbers = numbers_of(request)
        name = once_in_steps(request, lambda: begin(agent, what, value[:320], numbers).public_id)
    except NotAllowed as error:
        return _refused(request, str(error))
    return _told(request, get_object_or_404(Bulk, public_id=name, agent=agent))


def numbers_of(request: HttpRequest) -> list[int]:
    """The tickets that are meant, by number; of a whole list the newest 10 000."""
    if request.POST.get("every"):
        lists = lists_for(agent_of(request))
        one = with_tag(lists.named(request.POST.get("list", "")), request.POST.get("tag", ""))
        tickets = lists.tickets(one).order_by("-last_message_at", "-number")
        return list(tickets.values_list("number", flat=True)[:MOST_AT_ALL])
    named = request.POST.get("numbers", "")[: MOST_AT_ALL * 12].split(",")
    return [int(number) for number in named if number.isdecimal() and len(number) < 19]


def _told(request: HttpRequest, bulk: Bulk) -> HttpResponseBase:
    if request.headers.get("X-Part"):
        return JsonResponse(as_object(bulk))
    messages.success(request, done_words(bulk))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "tickets:home")


def _refused(request: HttpRequest, words: str) -> HttpResponseBase:
    if request.headers.get("X-Part"):
        return HttpResponse(words, status=422)
    messages.error(request, words)
    return redirect("tickets:home")


def as_object(bulk: Bulk) -> dict[str, Any]:
    """What the page needs to tell of an act."""
    names = {"public_id": bulk.public_id}
    return {
        "words": done_words(bulk),
        "undo": reverse("tickets:act-undo", kwargs=names) if bulk.changed and not bulk.undone_at else "",
        "progress": "" if bulk.finished_at else reverse("tickets:act-show", kwargs=names),
        "moved": bulk.what == "merge",
    }


@signed_in
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far an act of one's own is."""
    return JsonResponse(as_object(get_object_or_404(Bulk, public_id=public_id, agent=agent_of(request))))


@writes
def undo(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Take an act of one's own back."""
    bulk = get_object_or_404(Bulk, public_id=public_id, agent=agent_of(request))
    try:
        done = take_back(bulk, agent_of(request))
    except NotAllowed as error:
        return _refused(request, str(error))
    words = undone_words(done.changed, done.left)
    if request.headers.get("X-Part"):
        return JsonResponse({"words": words, "undo": "", "progress": "", "moved": bulk.what == "merge"})
    messages.success(request, words)
    return redirect("tickets:home")


@signed_in
def bar(request: HttpRequest, name: str) -> HttpResponse:
    """What may be done to the tickets that are selected in a list; fetched when the first one is."""
    agent, lists = agent_of(request), lists_for(agent_of(request))
    current = lists.named(name)
    return render(
        request,
        "tickets/workspace/_bar.html",
        {
            "list": current,
            "tag": request.GET.get("tag", ""),
            "agents": writers().only("public_id", "name").order_by("name"),
            "teams": Team.objects.order_by("name"),
            "every_tag": Tag.objects.order_by("name").values_list("name", flat=True)[:MOST_TAGS],
            "states": State.choices,
            "snooze_times": usual_times(timezone.now()),
            "may_write": agent.may_write,
            "most": MOST_AT_ALL,
        },
    )


@writes
def take_apart(request: HttpRequest, number: int) -> HttpResponseBase:
    """Make a ticket that was joined with this one a ticket of its own again."""
    into, merged = ticket_of(request, number), request.POST.get("merged", "")
    other = int(merged) if merged.isdecimal() and len(merged) < 19 else 0
    if not visible_to(agent_of(request)).filter(pk=into.pk, merged__number=other).exists():
        return redirect("tickets:ticket-show", number=number)
    once_in_steps(request, lambda: str(unmerge(other, agent_of(request)).number))
    return redirect("tickets:ticket-show", number=other)
