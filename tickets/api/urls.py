from django.urls import path

from tickets.api import customers, sla_views, staff_views, views

urlpatterns = [
    path("tickets/", views.Tickets.as_view()),
    path("tickets/counts/", views.Counts.as_view()),
    path("tickets/<uuid:ticket>/", views.Ticket.as_view()),
    path("tickets/<uuid:ticket>/take/", views.Take.as_view()),
    path("tickets/<uuid:ticket>/release/", views.Release.as_view()),
    path("tickets/<uuid:ticket>/transfer/", views.Transfer.as_view()),
    path("tickets/<uuid:ticket>/reassign/", views.Reassign.as_view()),
    path("tickets/<uuid:ticket>/status/", views.TicketStatus.as_view()),
    path("sla/policies/", sla_views.Policies.as_view()),
    path("sla/policies/<uuid:policy>/", sla_views.OnePolicy.as_view()),
    path("sla/calendars/", sla_views.Calendars.as_view()),
    path("sla/calendars/<uuid:calendar>/", sla_views.OneCalendar.as_view()),
    path("sla/preview/", sla_views.Preview.as_view()),
    path("queue/", views.Queue.as_view()),
    path("queue/settings/", staff_views.QueueSettings.as_view()),
    path("categories/", staff_views.Categories.as_view()),
    path("skills/", staff_views.Skills.as_view()),
    path("skills/<uuid:skill>/", staff_views.OneSkill.as_view()),
    path("customers/<uuid:customer>/", customers.OneCustomer.as_view()),
    path("tags/", customers.Tags.as_view()),
    path("agents/", staff_views.Agents.as_view()),
    path("agents/me/", staff_views.MyAgent.as_view()),
    path("agents/me/tickets/", views.MyTickets.as_view()),
    path("agents/<uuid:agent>/", staff_views.OneAgent.as_view()),
]
