([(comment) (doc_comment) (module_doc)] @injection.content
  (#set! injection.language "comment"))
