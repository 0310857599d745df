"""Two roads to the same answers: durable-rules, and a reference evaluator that must agree with it."""
