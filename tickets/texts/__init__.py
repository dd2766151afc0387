"""The texts that customers get by the system's own act, in their language: docs/texts.md.

`words/` holds them, a file each. `template` fills one in, `languages` and `guess` choose the language, `own` knows what an
account says in words of its own. A text is added by a file in `words/` and a line in `words.TEXTS`; nothing else changes.
"""
