"""The roles that every organization begins with. It may change them, except the names, and define its own."""
from dataclasses import dataclass

VIEW_ALL = [
    "accounts.view_user", "accounts.view_role", "accounts.view_agentprofile", "accounts.view_skill", "accounts.view_shift",
    "chat.view_conversation", "chat.view_entry", "tickets.view_ticket", "tickets.view_category", "tickets.view_queuesettings",
    "journeys.view_version", "journeys.view_run",
    "tickets.view_slapolicy", "tickets.view_slatarget", "tickets.view_calendar",
]
CONVERSE = ["chat.send_message", "chat.edit_message"]
WORK = [*CONVERSE, "chat.write_note", "tickets.release_ticket", "tickets.transfer_ticket", "tickets.change_ticket",
        "tickets.move_ticket", "tickets.view_queue", "journeys.view_journey"]
MANAGE = ["accounts.manage_agents", "accounts.invite_staff", "tickets.reassign_ticket", "tickets.close_ticket",
          "tickets.view_overview", "chat.moderate_message", "journeys.view_figures"]
ADMINISTER = [
    "accounts.use_admin",
    "accounts.change_organization",
    "accounts.view_organization",
    "accounts.view_session",
    "accounts.delete_session",
    "accounts.view_auditentry",
    *(
        f"accounts.{verb}_{name}"
        for name in ("user", "role", "agentprofile", "skill", "agentskill", "shift")
        for verb in ("add", "change", "delete")
    ),
    "journeys.publish_journey",
    *(f"journeys.{verb}_journey" for verb in ("add", "change", "delete")),
    *(
        f"tickets.{verb}_{name}"
        for name in ("category", "queuesettings", "slapolicy", "slatarget", "calendar")
        for verb in ("add", "change", "delete")
    ),
]


@dataclass(frozen=True)
class Shipped:
    name: str
    staff: bool
    permissions: frozenset[str]


SHIPPED = {
    "admin": Shipped("Admin", True, frozenset([*WORK, *MANAGE, *VIEW_ALL, *ADMINISTER])),
    "manager": Shipped("Manager", True, frozenset([*WORK, *MANAGE, *VIEW_ALL])),
    "agent": Shipped("Agent", True, frozenset([*WORK, "accounts.serve_customers", "tickets.take_ticket", "tickets.view_overview"])),
    "customer": Shipped("Customer", False, frozenset([*CONVERSE, "tickets.open_ticket", "journeys.run_journey"])),
}
