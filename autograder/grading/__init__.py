"""One attempt becomes answers, verdicts and a score."""
