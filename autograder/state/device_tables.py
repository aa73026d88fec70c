"""GPU slots, who waits for one, and accounts."""
