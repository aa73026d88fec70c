"""What a cohort's attempts tell its instructors: facts read once, and computations over them that know no clock."""
