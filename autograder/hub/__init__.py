"""What jupyterhub_config.py calls: how people sign in, where servers run, what they may do."""
