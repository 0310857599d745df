"""The reader of rule files: YAML-LD to `sjogren.model.rule.Rule`, and to RDF."""
