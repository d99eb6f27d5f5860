"""What input about owed work looks like."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.forms import Form


class ProofForm(Form):
    """What shows that owed work is done."""

    proof = forms.CharField(
        label=_("What shows that it is done?"),
        help_text=_("A link, a document's key, or a sentence that somebody else can check."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )


class AnswerForm(Form):
    """Accepting or returning finished work."""

    answer = forms.ChoiceField(
        label=_("Is it done?"),
        choices=[("accept", _("Yes, accept it")), ("return", _("No, return it"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed when you return it."), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class CommentForm(Form):
    """A remark on a record. People are mentioned as @name.surname."""

    text = forms.CharField(
        label=_("Add a comment"),
        help_text=_("Mention people as @name.surname; they are told once."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    subject_type = forms.CharField(widget=forms.HiddenInput, max_length=80)
    subject_id = forms.CharField(widget=forms.HiddenInput, max_length=64)
    anchor = forms.CharField(widget=forms.HiddenInput, max_length=120, required=False)
