; Later patterns win where several match the same node.

; ---------------------------------------------------------------- names
(identifier) @variable
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "inherited" "it"))
(word) @variable

(field_name) @variable.member
(member_access field: (field_name) @variable.member)
(selector (field_name) @variable.member)
(set field: (field_name) @property)
(append field: (field_name) @property)
(nest field: (field_name) @property)
(set key: (field_name) @variable.member)
(append key: (field_name) @variable.member)
(nest key: (field_name) @variable.member)
(remove field: (field_name) @property)
(remove key: (field_name) @variable.member)
(definition name: (field_name) @property)
(argument name: (field_name) @variable.parameter)
(local name: (identifier) @variable)
(constant name: (identifier) @constant)
(for_clause binder: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(place . (word) @variable)

(call function: (identifier) @function.call)
(function name: (identifier) @function)

; ---------------------------------------------------------------- items
(kind name: (identifier) @type)
(struct name: (identifier) @type)
(enum name: (identifier) @type)
(type_alias name: (identifier) @type)
(dimension name: (identifier) @type)
(member name: (identifier) @constant)
(declaration kind: (path (word) @type))
(declaration name: (identifier) @module)
(base base: (path (word) @module))
(overlay name: (identifier) @module)
(test environment: (identifier) @module)
(check name: (identifier) @function)
(expect check: (path (word) @function))
(use path: (path (word) @module))
(use name: (identifier) @module)
(use alias: (identifier) @module)

; ---------------------------------------------------------------- types
(type_path (path (word) @type))
((type_path . (path . (word) @type.builtin .) .)
  (#any-of? @type.builtin
    "bool" "int" "number" "percent" "string" "date" "version" "version-range" "url" "cron" "cidr" "image-ref"
    "object" "quantity" "secret" "declaration"))
(unit_definition dimension: (path (word) @type))

; ---------------------------------------------------------------- attributes, keywords
(attribute "@" @attribute name: (identifier) @attribute)

[
  "use" "kind" "struct" "enum" "dimension" "unit" "type" "fn" "let" "overlay" "check" "test" "expect" "assert"
  "when" "remove" "require" "fix" "at" "from" "by" "where"
] @keyword
["private" "template" "final"] @keyword.modifier
["if" "then" "else"] @keyword.conditional
(for_clause "for" @keyword.repeat "in" @keyword.repeat)
["and" "or" "not" "is" "in" "as" "matches"] @keyword.operator

; ---------------------------------------------------------------- literals
(boolean) @boolean
(none) @constant.builtin
(number) @number
(currency) @number
(unit) @type.unit
(date) @number
(version) @number
(string) @string
(raw_string) @string
(escape) @string.escape
(interpolation "${" @punctuation.special "}" @punctuation.special)
(interpolation (identifier) @variable)

; ---------------------------------------------------------------- punctuation, comments
["=" "+=" "==" "!=" "<" "<=" ">" ">=" "??" ".." "+" "-" "*" "/" "|" "->" "?"] @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["." "," ":" "?."] @punctuation.delimiter
(comment) @comment
(doc_comment) @comment.documentation
(module_doc) @comment.documentation
