"""JupyterHub for a course: who signs in, what they may do, where servers run. ``jupyterhub_config.py`` calls it."""
