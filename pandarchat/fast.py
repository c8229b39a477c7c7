"""Which requests are answered on the event loop; every other, and every refusal of these but a sign-in's, is Django's."""
from accounts.api import fast as accounts
from accounts.api.views import Login
from chat.api import fast as chat
from chat.api.views import Entries
from foundation.http.fast import Route
from tickets.api import fast as tickets
from tickets.api.views import Queue, Tickets

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ROUTES = (
    Route("GET", "/api/v1/tickets/", tickets.tickets, Tickets),
    Route("POST", "/api/v1/tickets/", tickets.open_ticket, Tickets),
    Route("GET", "/api/v1/queue/", tickets.queue, Queue),
    Route("GET", f"/api/v1/tickets/(?P<ticket>{UUID})/entries/", chat.entries, Entries),
    Route("POST", "/api/v1/auth/login/", accounts.login, Login),
)
