"""Addresses of sign-in, people, departments, roles and tokens."""

from django.urls import path

from .views import organisation, people, roles, sign_in, tokens

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/callback/", sign_in.callback, name="callback"),
    path("sign-in/back-channel-sign-out/", sign_in.back_channel_sign_out, name="back_channel_sign_out"),
    path("sign-in/welcome-back/", sign_in.welcome_back, name="welcome_back"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("signed-out/", sign_in.signed_out, name="signed_out"),
    path("me/", people.me, name="me"),
    path("people/", people.People.as_view(), name="people"),
    path("people/new/", people.new, name="person_new"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/edit/", people.edit, name="person_edit"),
    path("people/<uuid:person_id>/close/", people.close, name="person_close"),
    path("people/<uuid:person_id>/open/", people.reopen, name="person_reopen"),
    path("people/<uuid:person_id>/sign-out/", people.end_sessions, name="person_end_sessions"),
    path("people/<uuid:person_id>/roles/new/", people.assign, name="person_assign"),
    path("assignments/<uuid:assignment_id>/", people.assignment, name="assignment"),
    path("assignments/<uuid:assignment_id>/confirm/", people.confirm_assignment, name="assignment_confirm"),
    path("assignments/<uuid:assignment_id>/end/", people.end_assignment, name="assignment_end"),
    path("departments/", organisation.departments, name="departments"),
    path("departments/new/", organisation.department_new, name="department_new"),
    path("departments/<uuid:department_id>/", organisation.department, name="department"),
    path("legal-entities/new/", organisation.legal_entity_new, name="legal_entity_new"),
    path("legal-entities/<uuid:entity_id>/", organisation.legal_entity, name="legal_entity"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.role_new, name="role_new"),
    path("roles/groups/new/", roles.group_new, name="group_new"),
    path("roles/<slug:key>/", roles.role, name="role"),
    path("roles/<slug:key>/edit/", roles.role_edit, name="role_edit"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke_token, name="token_revoke"),
]
