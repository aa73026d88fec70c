"""What a course is: plain values, read from TOML; no other I/O."""
