"""The command line: one file a command, thin; the one error handler is in ``main``."""
