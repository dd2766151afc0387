"""`texts`: the page of docs with every text that a customer gets when a messenger may fail."""

from typing import Any

from django.core.management.base import BaseCommand

from tickets.views.texts_page import page


class Command(BaseCommand):
    help = "Print docs/texts-when-a-vendor-fails.md, made from the texts themselves."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page())
