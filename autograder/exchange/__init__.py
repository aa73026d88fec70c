"""How work comes in and goes out: what is received, the queue of grading, what is released, and nbgrader's exchange."""
