"""Floor 6: the terminal app in a browser, on loopback. It carries bytes between a page and the app's own process."""
