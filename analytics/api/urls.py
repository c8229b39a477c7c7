from django.urls import path

from analytics.api import views

urlpatterns = [path("analytics/overview/", views.Overview.as_view())]
