"""The terminal app: it wires and paints. What to ask, what to say and what is true comes from below."""
