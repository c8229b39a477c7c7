"""Which event starts which task. Each task is handed its delivery, strikes it out when it is done, and may run twice."""

ASSIGN = "tickets.tasks.assign"

SUBSCRIBERS = {
    "ticket.queued": [ASSIGN],
    "agent.available": [ASSIGN],
    "capacity.freed": [ASSIGN],
    "queue.resumed": [ASSIGN],
    "attachment.removed": ["chat.tasks.remove_bytes"],
    "mail.wanted": ["accounts.tasks.send_mail"],
}
# One run of these answers all who have asked for their organization: of many that are owed at once, one is enqueued.
GATHERED = frozenset({ASSIGN})
