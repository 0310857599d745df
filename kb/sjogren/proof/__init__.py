"""From firings to a justification: skeleton, bindings, what it lacks, export, and an independent checker."""
