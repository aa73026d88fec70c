"""What is kept: our tables, the steps that bring an older database up to date, and bytes by their content."""
