"""Telegram: customers write to a bot and stay there; agents answer as they answer mail."""
