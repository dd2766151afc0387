"""How one is told, on the page of one's own settings."""

from typing import Any

from django import template

from tickets.actions import notify
from tickets.models import Agent

register = template.Library()


@register.inclusion_tag("tickets/notifications/_matrix.html", takes_context=True)
def told_matrix(context: dict[str, Any], agent: Agent) -> dict[str, Any]:
    """A form with a switch for each kind and each way."""
    kinds = [
        (kind, label, [(way, words, way in notify.wishes(agent, kind)) for way, words in notify.WAYS.items()])
        for kind, label in notify.KINDS.items()
    ]
    return {
        "kinds": kinds,
        "ways": notify.WAYS.items(),
        "sound": bool(agent.preferences.get("sound")),
        "csrf_token": context.get("csrf_token"),
    }
