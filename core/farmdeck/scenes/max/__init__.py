"""The .max reader: any file from 3ds Max 3 on, with no 3ds Max running (`_read`), and what it shares with the adapter
inside 3ds Max (`_rules`, which imports none of the rest)."""
