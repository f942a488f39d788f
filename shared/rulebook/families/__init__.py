"""The methods by where they come from, each beside its formula and source; `shared.rulebook.methods` has the table."""
