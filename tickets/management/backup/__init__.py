"""Backup and restore: one file with the database, the record up to the database's head, the spool and the settings."""
