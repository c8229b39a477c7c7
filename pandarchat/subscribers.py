"""Which event starts which task. Each task is handed its delivery, strikes it out when it is done, and may run twice."""

ASSIGN = "tickets.tasks.assign"

SUBSCRIBERS = {
    "ticket.queued": [ASSIGN],
    "agent.available": [ASSIGN],
    "capacity.freed": [ASSIGN],
}
