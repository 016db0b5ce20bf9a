"""The people of client companies in the record."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='user_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('user_id__isnull', False)), fields=['office_id', 'user_id', 'seq'], name='journal_entry_user'),
        ),
    ]
