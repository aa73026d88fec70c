"""A warm zygote and the jails it forks: knows nothing of courses."""
