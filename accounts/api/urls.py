from django.urls import path

from accounts.api import factors, invitations, mail, passwords, views

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
    path("users/<uuid:user>/factor/", factors.Anothers.as_view()),
    path("auth/sessions/", views.Sessions.as_view()),
    path("auth/sessions/<uuid:session>/", views.OneSession.as_view()),
    path("auth/password/", passwords.OwnPassword.as_view()),
    path("auth/password/reset/", mail.PasswordReset.as_view()),
    path("auth/password/reset/confirm/", mail.PasswordResetConfirm.as_view()),
    path("auth/email/", mail.EmailChange.as_view()),
    path("auth/email/confirm/", mail.EmailConfirm.as_view()),
    path("auth/email/confirmation/", mail.Confirmation.as_view()),
    path("auth/invitation/", invitations.Look.as_view()),
    path("auth/invitation/accept/", invitations.Accept.as_view()),
    path("invitations/", invitations.Invitations.as_view()),
    path("invitations/<uuid:invitation>/", invitations.OneInvitation.as_view()),
    path("invitations/<uuid:invitation>/resend/", invitations.Resend.as_view()),
    path("auth/me/", views.MeView.as_view()),
    path("auth/socket-ticket/", views.SocketTicket.as_view()),
]
