"""WhatsApp: the Cloud API of Meta over httpx. Imports the contract of channels, mime and accept, and nothing else of tickets/."""
