"""Automation reads entries after its own cursor; nobody calls it. A rebuild runs none of it."""
