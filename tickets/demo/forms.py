"""The form with which a customer of the demo writes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.demo import post
from tickets.models import Account


class MailForm(forms.Form):
    """A mail to the shop. `to` is not asked when a mail is answered: that mail says where answers go."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    to = forms.ModelChoiceField(
        Account.objects.none(), label=_("To"), required=False, empty_label=None, to_field_name="public_id"
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        found = post.mailboxes()
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Account.objects.filter(pk__in=[account.pk for account in found]).order_by("-address")

    def clean(self) -> dict[str, object]:
        """Without a mail to answer, somebody has to be written to."""
        cleaned = super().clean() or {}
        if not cleaned.get("to") and not self.data.get("open"):
            self.add_error("to", _("Choose whom you write to."))
        return cleaned
