"""GPU slots: which there are, who holds one, who waits."""
