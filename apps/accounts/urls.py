"""Addresses of sign-in, people, departments, roles and tokens."""

from django.urls import path

from .views import sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/callback/", sign_in.callback, name="callback"),
    path("sign-in/back-channel-sign-out/", sign_in.back_channel_sign_out, name="back_channel_sign_out"),
    path("sign-in/welcome-back/", sign_in.welcome_back, name="welcome_back"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("signed-out/", sign_in.signed_out, name="signed_out"),
]
