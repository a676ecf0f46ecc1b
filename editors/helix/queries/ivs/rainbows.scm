[
  (enum)
  (overlay)
  (test)
  (block)
  (index)
  (arguments)
  (parameters)
  (list)
  (list_comprehension)
  (map_comprehension)
  (parenthesized)
  (list_type)
  (map_type)
  (parenthesized_type)
] @rainbow.scope
["(" ")" "[" "]" "{" "}"] @rainbow.bracket
