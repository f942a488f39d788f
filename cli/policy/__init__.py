"""The command `policy`: from a template to a policy in force, and what is in force."""
