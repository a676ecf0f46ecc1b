[
  (block)
  (enum)
  (overlay)
  (test)
  (list)
  (list_comprehension)
  (map_comprehension)
  (map_type)
  (arguments)
  (parameters)
  (parenthesized)
] @indent
["}" "]" ")"] @outdent
