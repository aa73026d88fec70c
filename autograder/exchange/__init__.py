"""How files travel: what is released, what comes in, and the same spoken by a student's nbgrader."""
