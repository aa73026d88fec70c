"""What the attempts of a cohort say: who is where, which question is hard, whom to help before Sunday."""
