"""What every deployment makes before its services start, embedded or in containers: databases, roles, topics."""
