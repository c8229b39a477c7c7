from django.apps import AppConfig


class PandarchatConfig(AppConfig):
    name = "pandarchat"

    def ready(self) -> None:
        from pandarchat import schedule

        schedule.register()
