"""The mail reader and builder: bytes in, values out. Pure: no Django, no files, no network, and it never raises on bad mail."""
