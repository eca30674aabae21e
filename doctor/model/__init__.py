"""Floor 0: the words of the domain, as frozen data. Imports nothing but the standard library."""
