[(declaration) (check) (function) (list_comprehension) (map_comprehension)] @local.scope
(for_clause binder: (identifier) @local.definition.variable.parameter)
(parameter name: (identifier) @local.definition.variable.parameter)
(identifier) @local.reference
