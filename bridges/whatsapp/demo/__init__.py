"""A phone with the customer's WhatsApp on it, for the demo: real HTTP to the fake Cloud API, and no WhatsApp account."""
