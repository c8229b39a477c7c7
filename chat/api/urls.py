from django.urls import path

from chat.api import attachments, drafts, views

urlpatterns = [
    path("tickets/<uuid:ticket>/entries/", views.Entries.as_view()),
    path("tickets/<uuid:ticket>/history/", views.History.as_view()),
    path("tickets/<uuid:ticket>/messages/", views.Messages.as_view()),
    path("tickets/<uuid:ticket>/read/", views.Read.as_view()),
    path("tickets/<uuid:ticket>/draft/", drafts.TicketDraft.as_view()),
    path("drafts/", drafts.Drafts.as_view()),
    path("messages/<uuid:message>/", views.Message.as_view()),
    path("limits/", views.Limits.as_view()),
    path("upload/", attachments.Uploads.as_view()),
    path("upload/<uuid:upload>/", attachments.Upload.as_view()),
    path("attachments/<uuid:attachment>/", attachments.File.as_view()),
    path("attachments/<uuid:attachment>/thumbnail/", attachments.Thumbnail.as_view()),
]
