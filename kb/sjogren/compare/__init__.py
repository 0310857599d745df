"""Rule sets held against each other over all possible patients: what differs, for whom, in numbers and in words."""
