"""Mail without a server: into files that nobody else reads, since the links in them open doors."""
import os
from typing import Any

from django.core.mail.backends.filebased import EmailBackend


class PrivateFiles(EmailBackend):
    """A file per letter in EMAIL_FILE_PATH, which its owner alone may enter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        os.chmod(self.file_path, 0o700)
