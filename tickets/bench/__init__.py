"""How fast it is: a scratch database and record, believable mails, and what ingest, acceptance, pages and parse() cost."""
