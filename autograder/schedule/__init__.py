"""The time of a cohort: deadlines, lateness, the calendar and the avances. Pure rules; no clock of its own."""
