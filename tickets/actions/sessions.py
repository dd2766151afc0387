"""Where somebody is signed in. Sessions are not in the record."""

from allauth.usersessions.models import UserSession

from tickets.models import Agent


def end_sessions(agent: Agent, but: str = "") -> int:
    """End all sessions of `agent` but the one with this key; return how many were ended."""
    sessions = list(UserSession.objects.filter(user_id=agent.pk).exclude(session_key=but))
    for session in sessions:
        session.end()
    return len(sessions)
