"""Online sources of records, asked only where the user said so: what is sent, how, and what becomes of the answers."""
