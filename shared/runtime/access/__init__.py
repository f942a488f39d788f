"""Who may see and do what, in every service's own tables: projected from both ledgers, asked per request.

Rooms: `changes` (what entries change, pure) · `projection` (writes it) · `questions` (answers) · `lag` (bounds how
stale an answer may be).
"""
