"""How a district is run: what every deployment sets up, the embedded stack on one machine, and containers."""
