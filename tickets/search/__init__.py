"""Search: one index over the words of every message, the same for SQLite's FTS5 and PostgreSQL's tsvector.

words.py says what a word is · query.py reads what a person typed · index.py writes the index · matching.py asks it ·
conditions.py knows what is asked of tickets · walk.py finds in it for what an agent may see · highlight.py marks what was found.
"""

from tickets.search.index import forget, forget_all, index, refresh, refresh_contact, refresh_messages, reindex
from tickets.search.query import Query, read_query
from tickets.search.walk import Found, find

__all__ = [
    "Found",
    "Query",
    "find",
    "forget",
    "forget_all",
    "index",
    "read_query",
    "refresh",
    "refresh_contact",
    "refresh_messages",
    "reindex",
]
