(declaration body: (_) @class.inside) @class.around
(kind body: (_) @class.inside) @class.around
(struct body: (_) @class.inside) @class.around
(check body: (_) @function.inside) @function.around
(function value: (_) @function.inside) @function.around
(test) @test.around
(parameter) @parameter.inside
(argument) @parameter.inside
(set value: (_) @entry.inside) @entry.around
(nest body: (_) @entry.inside) @entry.around
[(comment) (doc_comment) (module_doc)] @comment.inside
[(comment) (doc_comment) (module_doc)]+ @comment.around
