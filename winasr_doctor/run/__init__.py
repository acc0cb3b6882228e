"""Runs an unmodified app with a safe TEMP and the guard on.

The app runs in a separate, plain `python SCRIPT ...`, so that its arguments, its `__main__`, its
tracebacks and its exit code are the usual ones. A `sitecustomize` on `PYTHONPATH` (`startup/`)
starts the guard before the app's first line, also in its worker processes.
"""
