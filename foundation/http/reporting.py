"""What Django's page about an error shows of the settings."""
import re

from django.views.debug import SafeExceptionReporterFilter


class Discreet(SafeExceptionReporterFilter):
    """Hides addresses too, since a password stands in them."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|URL|DATABASE|LAYERS|BROKER", re.IGNORECASE)
