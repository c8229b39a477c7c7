"""All writes of accounts, by what they are about."""
