"""Service level agreements as arithmetic: calendars, deadlines, states and what happens when. Nothing here knows a database."""
