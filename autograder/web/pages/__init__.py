"""One page a module. A module's ``ROUTES`` are found by ``autograder.web.app`` and need no other list."""
