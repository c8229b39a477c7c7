from django.urls import path

from chat.api import attachments, views

urlpatterns = [
    path("tickets/<uuid:ticket>/entries/", views.Entries.as_view()),
    path("tickets/<uuid:ticket>/messages/", views.Messages.as_view()),
    path("tickets/<uuid:ticket>/read/", views.Read.as_view()),
    path("messages/<uuid:message>/", views.Message.as_view()),
    path("upload/", attachments.Uploads.as_view()),
    path("upload/<uuid:upload>/", attachments.Upload.as_view()),
    path("attachments/<uuid:attachment>/", attachments.File.as_view()),
    path("attachments/<uuid:attachment>/thumbnail/", attachments.Thumbnail.as_view()),
]
