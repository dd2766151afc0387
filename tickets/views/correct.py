"""Other words for a message that went out, or taking it back."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tickets.actions.correct import edit_message, withdraw_message
from tickets.models import Agent, Entry, Message
from tickets.views.access import agent_of, message_of, writes
from tickets.views.changes import done


@writes
def edit(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Let it say `text` wherever it went."""
    return _correct(request, public_id, lambda message, by: edit_message(message, request.POST.get("text", ""), by))


@writes
def withdraw(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Take it back from whoever has it."""
    return _correct(request, public_id, withdraw_message)


def _correct(request: HttpRequest, public_id: str, verb: Callable[[Message, Agent], Entry]) -> HttpResponseBase:
    message = message_of(request, public_id)

    def once() -> str:
        verb(message, agent_of(request))
        return message.public_id

    return done(request, message.ticket.number, once)
