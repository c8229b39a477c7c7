from django.urls import path

from chat.api import views

urlpatterns = [
    path("tickets/<uuid:ticket>/entries/", views.Entries.as_view()),
    path("tickets/<uuid:ticket>/messages/", views.Messages.as_view()),
    path("tickets/<uuid:ticket>/read/", views.Read.as_view()),
    path("messages/<uuid:message>/", views.Message.as_view()),
]
