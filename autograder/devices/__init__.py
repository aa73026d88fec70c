"""Whose is what on this machine: GPU slots, homes and accounts. One database, shared by hub, service and graders."""
