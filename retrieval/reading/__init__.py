"""The parts of reading a catalogue: bytes to a table, columns to roles and types, rows to items. Knows nothing of stores or models."""
