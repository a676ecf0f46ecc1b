; Helix takes the first pattern that matches; ../../../../tree-sitter-ivs/queries/highlights.scm has the same in the order of other editors.

(module_doc) @comment.line.documentation
(doc_comment) @comment.line.documentation
(comment) @comment.line
["." "," ":" "?."] @punctuation.delimiter
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["=" "+=" "==" "!=" "<" "<=" ">" ">=" "??" ".." "+" "-" "*" "/" "|" "->" "?"] @operator
(interpolation (identifier) @variable)
(interpolation "${" @punctuation.special "}" @punctuation.special)
(escape) @constant.character.escape
(raw_string) @string
(string) @string
(version) @constant.numeric
(date) @constant.numeric
(unit) @type.builtin
(currency) @constant.numeric
(number) @constant.numeric
(none) @constant.builtin
(boolean) @constant.builtin.boolean
["and" "or" "not" "is" "in" "as" "matches"] @keyword.operator
(for_clause "for" @keyword.control.repeat "in" @keyword.control.repeat)
["if" "then" "else"] @keyword.control.conditional
["private" "template" "final"] @keyword.storage.modifier
[
  "use" "kind" "struct" "enum" "dimension" "unit" "type" "fn" "let" "overlay" "check" "test" "expect" "assert"
  "when" "remove" "require" "fix" "at" "from" "by" "where"
] @keyword
(attribute "@" @attribute name: (identifier) @attribute)
(unit_definition dimension: (path (word) @type))
((type_path . (path . (word) @type.builtin .) .)
  (#any-of? @type.builtin
    "bool" "int" "number" "percent" "string" "date" "version" "version-range" "url" "cron" "cidr" "image-ref"
    "object" "quantity" "secret" "declaration"))
(type_path (path (word) @type))
(use alias: (identifier) @namespace)
(use name: (identifier) @namespace)
(use path: (path (word) @namespace))
(expect check: (path (word) @function))
(check name: (identifier) @function)
(test environment: (identifier) @namespace)
(overlay name: (identifier) @namespace)
(base base: (path (word) @namespace))
(declaration name: (identifier) @namespace)
(declaration kind: (path (word) @type))
(member name: (identifier) @constant)
(dimension name: (identifier) @type)
(type_alias name: (identifier) @type)
(enum name: (identifier) @type)
(struct name: (identifier) @type)
(kind name: (identifier) @type)
(function name: (identifier) @function)
(call function: (identifier) @function)
(place . (word) @variable)
(parameter name: (identifier) @variable.parameter)
(for_clause binder: (identifier) @variable.parameter)
(constant name: (identifier) @constant)
(local name: (identifier) @variable)
(argument name: (field_name) @variable.parameter)
(definition name: (field_name) @variable.other.member)
(remove key: (field_name) @variable.other.member)
(remove field: (field_name) @variable.other.member)
(nest key: (field_name) @variable.other.member)
(append key: (field_name) @variable.other.member)
(set key: (field_name) @variable.other.member)
(nest field: (field_name) @variable.other.member)
(append field: (field_name) @variable.other.member)
(set field: (field_name) @variable.other.member)
(selector (field_name) @variable.other.member)
(member_access field: (field_name) @variable.other.member)
(field_name) @variable.other.member
(word) @variable
((identifier) @variable.builtin (#any-of? @variable.builtin "self" "inherited" "it"))
(identifier) @variable
