"""Messengers, above tickets/. A new one is one folder here."""
