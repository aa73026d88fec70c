"""What happens in a cohort while it runs."""
