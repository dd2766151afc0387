"""A shop's website with the chat on it, for the demo."""
