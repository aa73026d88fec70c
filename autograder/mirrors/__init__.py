"""How a student's value becomes bytes and a mirror again: one file a kind of value."""
