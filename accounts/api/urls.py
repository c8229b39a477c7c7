from django.urls import path

from accounts.api import factors, views

urlpatterns = [
    path("auth/register/", views.Register.as_view()),
    path("auth/login/", views.Login.as_view()),
    path("auth/refresh/", views.Refresh.as_view()),
    path("auth/logout/", views.Logout.as_view()),
    path("auth/session/", views.Browser.as_view()),
    path("auth/login/factor/", factors.LoginFactor.as_view()),
    path("auth/session/factor/", factors.BrowserFactor.as_view()),
    path("auth/factor/", factors.Factor.as_view()),
    path("auth/factor/confirm/", factors.Confirm.as_view()),
    path("auth/factor/disable/", factors.Disable.as_view()),
    path("auth/factor/recovery-codes/", factors.RecoveryCodes.as_view()),
    path("auth/factor/enrolment/", factors.Enrolment.as_view()),
    path("auth/sessions/", views.Sessions.as_view()),
    path("auth/sessions/<uuid:session>/", views.OneSession.as_view()),
    path("auth/me/", views.MeView.as_view()),
    path("auth/socket-ticket/", views.SocketTicket.as_view()),
]
