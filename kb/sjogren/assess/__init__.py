"""One patient through all rules: values chosen, engine and reference run, proof built, assessment put together."""
