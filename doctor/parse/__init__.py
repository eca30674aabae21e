"""Floor 1: bytes in, frozen documents out. No clock, no network, no judgement.

Whatever the bytes, a parser raises nothing but `DoctorError`: what is wrong with an input is part
of the document, so that a rule can judge it.
"""
