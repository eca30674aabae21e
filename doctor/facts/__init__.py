"""Floor 2: named, typed values derived from evidence. They observe; they do not judge."""
