"""Topics: sort redacted notes into what they are about, by one rule for all notes."""
