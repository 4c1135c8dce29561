"""Other programs' and databases' files as records: one module a format, each a stream with bounded memory."""
