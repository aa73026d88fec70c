"""The words a test is written with: light, NumPy only, for a real value and its mirror alike."""
