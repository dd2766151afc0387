"""The templates of an account move from a column and from the config of messengers to its texts by language."""

from django.db import migrations, models

from tickets.texts.older import carried_over


def move(apps, schema_editor):
    for account in apps.get_model("tickets", "Account").objects.select_related("mailbox"):
        before = {name: getattr(account, name) for name in ("config", "acknowledgement", "texts")}
        after = carried_over(before, (account.mailbox or account).language or "en")
        if after != before:
            for name, value in after.items():
                setattr(account, name, value)
            account.save(update_fields=list(after))


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0013_grants"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="texts",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
