"""What ``--record`` does: attempts and grades into the gradebook, and through its one door into nbgrader's."""

from __future__ import annotations


class Records:
    pass
