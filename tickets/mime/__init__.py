"""The mail reader and builder: bytes in, values out. Pure: no Django, no network, no clock, and it never raises on bad mail.

parse.py reads: parts.py finds the parts, headers.py their fields, words.py and charsets.py (charset_guess.py, iso2022.py) the
characters, addresses.py, dates.py and parameters.py the values, body.py (uuencode.py, tnef.py, calendar_text.py) text and files.
html.py makes strangers' HTML safe, html_text.py turns it into text. automatic.py knows machines' mail: returned.py says whether
mail came back, delivery_reports.py reads reports in standard form and bounces.py those in free text. quotes.py finds the reply,
build.py writes, identifiers.py signs addresses and tags. The files called *_words.py and bounce_meanings.py are lists of phrases.
"""
