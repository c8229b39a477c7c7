"""All writes of tickets, by what they are about."""
