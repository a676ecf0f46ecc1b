(declaration name: (identifier) @name) @definition.constant
(kind name: (identifier) @name) @definition.class
(struct name: (identifier) @name) @definition.class
(enum name: (identifier) @name) @definition.class
(type_alias name: (identifier) @name) @definition.type
(function name: (identifier) @name) @definition.function
(check name: (identifier) @name) @definition.function
