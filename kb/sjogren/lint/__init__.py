"""Proofs about the rules themselves: gaps, overlaps, what never fires or matters, over all possible patients."""
