from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat import metrics  # noqa: F401 (what /metrics tells, in every process)
