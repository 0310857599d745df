"""Explanation reports for a case-review board: one content, in several forms."""
