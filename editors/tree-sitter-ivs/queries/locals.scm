; What a text alone can tell: binders and the places where they are seen. Everything else is the language server's.
(source_file) @local.scope
(declaration) @local.scope
(check) @local.scope
(test) @local.scope
(function) @local.scope
(block) @local.scope
(list_comprehension) @local.scope
(map_comprehension) @local.scope

(for_clause binder: (identifier) @local.definition.var)
(parameter name: (identifier) @local.definition.parameter)
(local name: (identifier) @local.definition.var)
(constant name: (identifier) @local.definition.var)
(function name: (identifier) @local.definition.function)
(kind name: (identifier) @local.definition.type)
(struct name: (identifier) @local.definition.type)
(enum name: (identifier) @local.definition.type)
(type_alias name: (identifier) @local.definition.type)
(declaration name: (identifier) @local.definition)

(identifier) @local.reference
