"""Functions of the database, where Django's users look for them: ``from hyperdjango.models.functions import Lower``."""

from hyperdjango.query import functions
from hyperdjango.query.functions import *

__all__ = functions.__all__
