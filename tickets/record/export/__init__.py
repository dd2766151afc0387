"""Export: the record's mails as mbox, Maildir or zip, and the answer to a person who asks what is kept of them."""
