[
  (block)
  (enum)
  (overlay)
  (test)
  (list)
  (list_comprehension)
  (map_comprehension)
  (arguments)
  (string)
  (comment)
] @fold
