"""What a serving process does once before its first request."""
import gc

from django.urls import get_resolver

NEW_OBJECTS = 10_000  # before the youngest generation is looked through; Python's 700 suit scripts
ROUNDS = 20  # of one generation before the next older one


def settle() -> None:
    """Load what the first request would load, and take all that is there now out of the collector's sight: looking through it took
    80 ms each time, in which nobody was answered."""
    _ = get_resolver().reverse_dict  # imports every view
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, ROUNDS, ROUNDS)
