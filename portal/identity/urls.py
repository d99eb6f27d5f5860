"""The addresses of the demo's identity provider."""

from django.urls import include, path
from oauth2_provider import urls as provider

from . import views

protocol = provider.base_urlpatterns[:3] + provider.oidc_urlpatterns[1:]
urlpatterns = [
    path("", views.choose_person, name="choose_person"),
    path(".well-known/openid-configuration", views.Discovery.as_view(), name="discovery"),
    path("", include((protocol, "oauth2_provider"))),
]
