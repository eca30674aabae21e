"""Floor 4: everything that touches the world: files, network, clock, the case store."""
