"""Floor 3: three-valued conditions, rules, trees, diagnosis. Pure: no I/O, no clock."""
