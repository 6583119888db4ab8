"""From raw notes to redacted notes with a language, and to vectors.

What enters: contacts. What leaves: the NOTES table and one vector a note. What it will not do:
let an unredacted word out, or download anything unless told to.
"""
