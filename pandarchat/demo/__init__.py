"""The demo organizations: who is there (`people`), what they talked about (`conversations`), and how it is put there (`loading`)."""
