"""How a district is run: the embedded stack on one machine."""
