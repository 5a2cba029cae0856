"""``python -m hyperdjango`` is the ``hyper`` command of this Python."""

from hyperdjango._command import main

if __name__ == "__main__":
    main()
