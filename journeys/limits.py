"""How often somebody may have graphs looked at: the builder asks as one edits, three times a second at the most."""
from chat.limits import UserLimit

PREVIEWS = UserLimit("preview", 40, 10, "You are previewing too fast. Nothing was changed; the preview goes on in a moment.")
CHECKING = "You are checking too fast. Nothing was changed; it can be checked again in a moment."
LARGE = 200_000  # bytes of a graph that takes a second to look at
LARGE_VALIDATIONS = UserLimit("validate-large", 5, 10, CHECKING)
VALIDATIONS = UserLimit("validate", 40, 10, CHECKING)
