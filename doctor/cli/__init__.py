"""Floor 6: the command line. It parses words, calls the library and prints; it judges nothing."""
