"""Release, run and grade the notebook labs of deep-learning courses."""
