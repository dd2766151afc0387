"""`agent invite|list|link|remove`: the people who work here, for whoever has the server and no screen."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from tickets.actions.change import NotAllowed
from tickets.actions.links import INVITATION, PASSWORD, make_link
from tickets.actions.people import add_agent, drop_second_step, remove_agent
from tickets.models import Agent, Role, Team


class Command(BaseCommand):
    help = "Invite and list people, print a link for a new password, let somebody go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        invite = actions.add_parser("invite", help="let somebody in; prints the link with which they choose a password")
        invite.add_argument("email", metavar="ADDRESS")
        invite.add_argument("--name", required=True)
        invite.add_argument("--role", choices=[str(role) for role in Role], default=Role.AGENT)
        invite.add_argument("--team", action="append", default=[], metavar="NAME", dest="teams")
        listing = actions.add_parser("list", help="show who works here")
        listing.add_argument("--json", action="store_true")
        link = actions.add_parser("link", help="print a link for a new password, good for a day and once")
        link.add_argument("email", metavar="ADDRESS")
        link.add_argument("--without-second-step", action="store_true", help="their phone is lost: take the codes away")
        actions.add_parser("remove", help="let somebody go; their open tickets become unassigned").add_argument(
            "email", metavar="ADDRESS"
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        {"invite": self.invite, "list": self.list, "link": self.link, "remove": self.remove}[action](options)

    def invite(self, options: dict[str, Any]) -> None:
        teams = [team_named(name) for name in options["teams"]]
        try:
            agent = add_agent(options["email"], options["name"], options["role"], teams=teams)
        except IntegrityError:
            raise CommandError(_("Somebody here has the address %s already.") % options["email"]) from None
        self.stdout.write(make_link(agent, INVITATION))

    def list(self, options: dict[str, Any]) -> None:
        people = Agent.objects.filter(removed_at=None).prefetch_related("teams").order_by("email")
        if options["json"]:
            self.stdout.write(json.dumps([row(agent) for agent in people], ensure_ascii=False))
            return
        for agent in people:
            teams = ", ".join(team.name for team in agent.teams.all())
            state = "" if agent.has_usable_password() else _("(invited)")
            self.stdout.write(f"{agent.email:<40} {agent.role:<14} {agent.name}  {teams} {state}".rstrip())

    def link(self, options: dict[str, Any]) -> None:
        agent = agent_named(options["email"])
        if options["without_second_step"]:
            drop_second_step(agent, None)
        self.stdout.write(make_link(agent, PASSWORD if agent.has_usable_password() else INVITATION))

    def remove(self, options: dict[str, Any]) -> None:
        agent = agent_named(options["email"])
        try:
            remove_agent(agent, None)
        except NotAllowed as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_("%s does not sign in any more; their open tickets are unassigned.") % agent.email)


def row(agent: Agent) -> dict[str, Any]:
    """One person as JSON tells them."""
    teams = sorted(team.name for team in agent.teams.all())
    return {
        "email": agent.email,
        "name": agent.name,
        "role": agent.role,
        "teams": teams,
        "invited": not agent.has_usable_password(),
    }


def agent_named(email: str) -> Agent:
    """The person with this address. Raises CommandError, which names those there are."""
    found = Agent.objects.filter(email=email.strip().lower(), removed_at=None).first()
    if found is None:
        known = ", ".join(Agent.objects.filter(removed_at=None).order_by("email").values_list("email", flat=True)[:20])
        raise CommandError(
            _("Nobody here has the address %(email)s. There are: %(known)s.") % {"email": email, "known": known or "–"}
        )
    return found


def team_named(name: str) -> Team:
    """The team of this name. Raises CommandError, which names those there are."""
    found = Team.objects.filter(name=name, removed_at=None).first()
    if found is None:
        known = ", ".join(Team.objects.filter(removed_at=None).order_by("name").values_list("name", flat=True)[:20])
        raise CommandError(
            _("There is no team %(name)s. There are: %(known)s.") % {"name": name, "known": known or "–"}
        )
    return found
