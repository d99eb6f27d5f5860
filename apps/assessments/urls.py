"""The addresses of assessments."""

app_name = "assessments"

urlpatterns: list = []
