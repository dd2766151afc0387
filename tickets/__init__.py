"""The helpdesk. Works with email alone; never imports bridges/ or helpdesk/."""
