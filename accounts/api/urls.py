from django.urls import path

from accounts.api import views

urlpatterns = [
    path("auth/register/", views.Register.as_view()),
    path("auth/login/", views.Login.as_view()),
    path("auth/refresh/", views.Refresh.as_view()),
    path("auth/logout/", views.Logout.as_view()),
    path("auth/session/", views.Browser.as_view()),
    path("auth/sessions/", views.Sessions.as_view()),
    path("auth/sessions/<uuid:session>/", views.OneSession.as_view()),
    path("auth/me/", views.MeView.as_view()),
    path("auth/socket-ticket/", views.SocketTicket.as_view()),
]
