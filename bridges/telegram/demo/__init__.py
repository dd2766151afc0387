"""A phone with the customer's Telegram on it, for the demo: real HTTP to the fake Bot API, and no Telegram account."""
