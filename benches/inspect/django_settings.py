"""What Django needs to know to inspect the database that libpq's variables name."""

import os

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
    }
}
USE_TZ = True
