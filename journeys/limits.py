"""How often somebody may have graphs looked at: the builder asks as one edits, three times a second at the most."""
from chat.limits import UserLimit

PREVIEWS = UserLimit("preview", 40, 10, "You are previewing too fast. Nothing was changed; the preview goes on in a moment.")
VALIDATIONS = UserLimit("validate", 40, 10, "You are checking too fast. Nothing was changed; it can be checked again in a moment.")
