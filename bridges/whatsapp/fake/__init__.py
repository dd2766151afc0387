"""The Cloud API of our own over real HTTP, for tests and the demo: it answers, and refuses, as WhatsApp does.

Sources beside each rule: channels.md §3 and the files it cites, PYWA (pywa 4.5.0, by file), META (developers.facebook.com,
"Error codes" of 15 May 2026, "Messages", "Media", "Messaging Health Status").
"From memory" marks wording or a status that was not seen in a source.
Left out: flows, calls, catalogues, payments, making templates, and the limits of rate (`plan` makes a 130429 or 131056).
"""

from bridges.whatsapp.fake.failures import Failure, Silence
from bridges.whatsapp.fake.server import FakeWhatsApp
from bridges.whatsapp.fake.state import APP_SECRET, TOKEN

__all__ = ["APP_SECRET", "TOKEN", "Failure", "FakeWhatsApp", "Silence"]
