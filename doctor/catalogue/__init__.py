"""Floor 1: rules, citations, error texts and providers as plain data, from YAML or its prebuilt cache."""
