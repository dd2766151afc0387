"""The form of one text of an account in one language."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from tickets.texts import own
from tickets.texts.template import faults
from tickets.texts.text import Text


class TextForm(forms.Form):
    """Words of an account's own. What nothing would fill in is refused, since a customer would see a gap."""

    template = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=own.LONGEST,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "true"}),
    )

    def __init__(self, text: Text, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text = text

    def clean_template(self) -> str:
        """The words, when every place in them is one that this text fills."""
        template = str(self.cleaned_data["template"])
        if wrong := problems(self.text, template):
            raise forms.ValidationError([format_lazy("{}", words) for words in wrong])
        return template


def problems(text: Text, template: str) -> list[str]:
    """Return in words what is wrong with a template: places that nothing fills, braces that stand alone."""
    strange, is_alone = faults(template, text.places)
    known = ", ".join(f"{{{name}}}" for name in text.places)
    words = gettext("Nothing fills {%(name)s}. There are: %(known)s.")
    found = [words % {"name": name, "known": known} for name in strange]
    if is_alone:
        found.append(gettext("A brace stands alone. A place is written like this: {name}"))
    return found
