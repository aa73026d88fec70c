"""From the source notebook to the release, the solution and the bundle; and the proof of a lab."""
