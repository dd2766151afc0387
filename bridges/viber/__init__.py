"""Viber: a bot on its REST API."""
