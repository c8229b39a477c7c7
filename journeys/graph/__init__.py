"""Journeys as graphs, without a database: the format, what is wrong with one, and walking it. No input makes any of it fail."""
