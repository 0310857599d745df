"""Frozen nouns: facts and terms, cases, rules. No behaviour worth the name, and no third-party import."""
