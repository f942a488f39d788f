"""Whether everything is up and how far it has come; of nobody."""
