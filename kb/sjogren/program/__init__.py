"""Rules and vocabulary, validated and compiled once to clauses that a forward-chaining engine can run."""
