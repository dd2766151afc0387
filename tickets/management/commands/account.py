"""`account add|set|authorize|list|check|remove`: mailboxes and messengers without the web."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from tickets.actions.accounts import remove_account, report_health
from tickets.actions.connect import check, connect_account, renew
from tickets.channels import NotConnected, open_channel
from tickets.management import accounts
from tickets.management.authorize import authorize
from tickets.models import Account, Health


class Command(BaseCommand):
    help = "Connect, list, check and remove mailboxes and messengers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="connect an account")
        add.add_argument("channel", metavar="CHANNEL")
        add.add_argument("--name", required=True)
        add.add_argument("--token", help="the same as --set token=…")
        add.add_argument("--api-url", help="the same as --set api_url=…")
        add.add_argument("--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", dest="given")
        change = actions.add_parser("set", help="change settings or credentials of an account")
        change.add_argument("account", metavar="NAME|ADDRESS")
        change.add_argument("--set", action="extend", nargs="+", required=True, metavar="KEY=VALUE", dest="given")
        sign_in = actions.add_parser("authorize", help="sign a mailbox in at Google or Microsoft by consent")
        sign_in.add_argument("account", metavar="NAME|ADDRESS")
        sign_in.add_argument("--at", default="", metavar="google|microsoft", help="mostly known by the address")
        listing = actions.add_parser("list", help="show all accounts and how they do")
        listing.add_argument("--json", action="store_true")
        check = actions.add_parser("check", help="really connect, both ways, and say in words what is wrong")
        check.add_argument("account", nargs="?", metavar="NAME|ADDRESS")
        check.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="for the test mail to come back")
        actions.add_parser("remove", help="disconnect an account; its tickets stay").add_argument(
            "account", metavar="NAME|ADDRESS"
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        {
            "add": self.add,
            "set": self.set,
            "authorize": self.authorize,
            "list": self.list,
            "check": self.check_accounts,
            "remove": self.remove,
        }[action](options)

    def add(self, options: dict[str, Any]) -> None:
        given = accounts.pairs(options["given"])
        given |= {key: options[key] for key in ("token", "api_url") if options[key]}
        channel = accounts.channel_named(options["channel"])
        hint = accounts.fill_in(channel, given)
        config, secrets, fields = accounts.sort_out(channel, given)
        address = given.get("address") or options["name"]  # a messenger's own is learned when it is connected
        if channel.name == settings.LAST_RESORT and "@" not in address:
            raise CommandError(_("Its address is missing: --set address=support@example.org"))
        by = accounts.command_line()
        try:
            account, is_new = connect_account(channel, options["name"], address, config, secrets, by, **fields)
        except IntegrityError:
            raise CommandError(_("%s is connected already. Remove it first, or check it.") % address) from None
        except NotConnected as error:
            raise CommandError(str(error)) from None
        account.refresh_from_db()
        if hint and not secrets:
            self.stderr.write(hint)
        if account.health != Health.WORKING:
            self.stderr.write(_("It does not work yet: %s") % account.health_reason)
        words = _("%(name)s (%(address)s) is connected.")
        if not is_new:
            words = _("%(name)s (%(address)s) was connected already. The new credentials are in place; all else stays.")
        self.stdout.write(words % {"name": account.name, "address": account.address})

    def set(self, options: dict[str, Any]) -> None:
        account = accounts.account_named(options["account"])
        given = accounts.pairs(options["given"])
        config, secrets, fields = accounts.sort_out(accounts.channel_named(account.channel), given, is_new=False)
        said = fields.pop("texts", {})
        fields["texts"] = account.texts | {name: account.texts.get(name, {}) | said[name] for name in said}
        try:
            renew(
                account,
                accounts.command_line(),
                config=account.config | config,
                secrets=account.secrets | secrets,
                **fields,
            )
        except NotConnected as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_("%s is changed.") % account.address)

    def authorize(self, options: dict[str, Any]) -> None:
        account = accounts.account_named(options["account"])
        name = authorize(account, options["at"], self.stdout.write, input)
        account.refresh_from_db()
        words = _("%(address)s is signed in at %(name)s.") % {"address": account.address, "name": name}
        self.stdout.write(f"{words} {account.health_reason}".strip())

    def list(self, options: dict[str, Any]) -> None:
        found = Account.objects.filter(removed_at=None).order_by("pk")
        if options["json"]:
            self.stdout.write(accounts.as_json(found))
            return
        for account in found:
            self.stdout.write(accounts.as_text(account))

    def check_accounts(self, options: dict[str, Any]) -> None:
        word = options["account"]
        found = [accounts.account_named(word)] if word else list(Account.objects.filter(removed_at=None).order_by("pk"))
        broken = [account.address for account in found if not self.check_one(account, options["wait"])]
        if broken:
            raise CommandError(_("Not working: %s") % ", ".join(broken))

    def check_one(self, account: Account, wait: float) -> bool:
        """Probe one account and say what was found; True when it works."""
        try:
            check(account)
        except NotConnected as error:
            report_health(account, Health.DEGRADED, str(error))
            self.stdout.write(f"{account.address}: {error}")
            return False
        self.stdout.write(f"{account.address}: {account.health_reason or _('works')}")
        if account.health == Health.WORKING:
            for line in open_channel(account).examine(wait):
                self.stdout.write(f"{account.address}: {line}")
        return account.health == Health.WORKING

    def remove(self, options: dict[str, Any]) -> None:
        account = accounts.account_named(options["account"])
        try:
            open_channel(account).disconnect()
        except NotConnected as error:
            self.stderr.write(str(error))
        remove_account(account, accounts.command_line())
        self.stdout.write(_("%s is removed; its tickets stay.") % account.address)
