"""The record: an append-only archive of RFC 5322 files, its spool, and the appender between them."""
