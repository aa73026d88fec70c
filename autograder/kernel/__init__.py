"""What runs inside a jail: a notebook's cells as Jupyter would run them, and a model server."""
