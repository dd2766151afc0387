"""A phone with the customer's Viber on it, for the demo: real HTTP to the fake REST API, and no Viber account."""
