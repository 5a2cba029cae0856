"""Functions of the database, where Django's users look for them: ``from hyperdjango.models.functions import Lower``."""

from hyperdjango.query.functions import *
from hyperdjango.query.functions import __all__  # noqa: F401
