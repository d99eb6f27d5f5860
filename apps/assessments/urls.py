"""The addresses of assessments."""

from django.urls import path

from .views import filling, lists, reviewing, risks

app_name = "assessments"

urlpatterns = [
    path("assessments/", lists.Assessments.as_view(), name="assessments"),
    path("assessments/new/", lists.assign, name="assign"),
    path("assessments/policies/", lists.policies, name="policies"),
    path("assessments/policies/publish/", lists.publish, name="publish"),
    path("assessments/risks/", risks.Risks.as_view(), name="risks"),
    path("assessments/risks/new/", risks.record, name="record_risk"),
    path("assessments/risks/<str:key>/", risks.risk, name="risk"),
    path("assessments/legal-classes/<uuid:identifier>/", reviewing.classification, name="classification"),
    path("assessments/<str:key>/", filling.assessment, name="assessment"),
    path("assessments/<str:key>/sections/<slug:section>/", filling.section, name="section"),
    path("assessments/<str:key>/answers/<slug:question>/", filling.autosave, name="answer"),
    path("assessments/<str:key>/evidence/<slug:question>/", filling.evidence, name="evidence"),
    path("assessments/<str:key>/evidence/<uuid:link>/remove/", filling.remove_evidence, name="remove_evidence"),
    path("assessments/<str:key>/check/", filling.check, name="check"),
    path("assessments/<str:key>/give/", lists.reassign, name="reassign"),
    path("assessments/<str:key>/next/", lists.start_next, name="next"),
    path("assessments/<str:key>/review/", reviewing.review, name="review"),
    path("assessments/<str:key>/result/", reviewing.result, name="result"),
    path("assessments/<str:key>/compare/<str:other>/", reviewing.comparison, name="compare"),
]
