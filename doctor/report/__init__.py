"""Floor 5: a report in, text or JSON out. Escaping happens here and nowhere else."""
