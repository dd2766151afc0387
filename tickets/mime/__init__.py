"""The mail reader and builder: bytes in, values out. Pure: no Django, no network, no clock, and it never raises on bad mail.

parse.py reads (parts, headers, words, charsets, addresses, dates, parameters, body), quotes.py finds the reply, html.py makes
strangers' HTML safe, automatic.py and bounces.py know machines' mail, build.py writes, identifiers.py signs addresses and tags.
"""
