from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from tickets import metrics, waking  # noqa: F401 (metrics register themselves, in every process)

        waking.register()
