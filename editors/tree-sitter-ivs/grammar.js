/**
 * The grammar of ivs for editors: highlighting, folding, structural selection.
 *
 * `grammar/ivs.pest` is normative. This one accepts every text which that one accepts, and more: separators between
 * entries are optional, comparisons may chain, and docs may stand anywhere, so that text which is being written keeps
 * its colours. What is sound is decided by the compiler.
 *
 * Lines matter in one place: a word operator at the beginning of a line (`in = 5`) may be a field's name, and so may a
 * statement's word (`at = "x"`). `src/scanner.c` looks ahead and tells.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = {
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  coalesce: 5,
  range: 6,
  add: 7,
  multiply: 8,
  unary: 9,
  postfix: 10,
};

const UNIT = /(%|µ?[A-Za-z][A-Za-z0-9_]*)(\/(%|µ?[A-Za-z][A-Za-z0-9_]*))*/;

/** @param {RuleOrLiteral} rule */
const commaSep = (rule) => optional(seq(rule, repeat(seq(",", rule)), optional(",")));

module.exports = grammar({
  name: "ivs",

  word: ($) => $.word,

  // What the scanner tells apart. The operators are listed so that it knows where one could stand.
  externals: ($) => [$._field_word, "in", "is", "and", "or", "as", "matches", "where"],

  extras: ($) => [/[\s\uFEFF]/, $.comment, $.doc_comment, $.module_doc],

  supertypes: ($) => [$._item, $._entry, $._expression, $._type],

  inline: ($) => [$._name],

  conflicts: ($) => [
    // `at a, b` lists places; `at a, b = 1` goes on with a field.
    [$.at],
  ],

  rules: {
    source_file: ($) => repeat($._item),

    // ------------------------------------------------------------ comments
    comment: () =>
      token(choice(/\/\/([^\/!\n][^\n]*)?/, /\/\/\/\/[^\n]*/, /\/\*[^*]*\*+([^\/*][^*]*\*+)*\//)),
    doc_comment: () => token(prec(1, /\/\/\/([^\/\n][^\n]*)?/)),
    module_doc: () => token(prec(1, /\/\/![^\n]*/)),

    // ------------------------------------------------------------ words
    word: () => /[A-Za-z_]([A-Za-z0-9_]|-[A-Za-z0-9])*/,
    _name: ($) => field("name", alias($.word, $.identifier)),
    path: ($) => prec.right(seq($.word, repeat(seq(".", $.word)))),

    // ------------------------------------------------------------ items
    _item: ($) =>
      choice(
        $.use,
        $.kind,
        $.struct,
        $.enum,
        $.dimension,
        $.unit_definition,
        $.type_alias,
        $.function,
        $.constant,
        $.overlay,
        $.check,
        $.test,
        $.declaration,
        $.attribute,
      ),
    // Attributes stand before what they are about, as siblings.
    attribute: ($) =>
      prec.right(seq("@", field("name", alias($.word, $.identifier)), optional(field("arguments", $.arguments)))),

    use: ($) =>
      prec.right(
        seq(
          optional("private"),
          "use",
          field("path", $.path),
          optional(seq(token.immediate(".{"), commaSep(field("name", alias($.word, $.identifier))), "}")),
          optional(seq("as", field("alias", alias($.word, $.identifier)))),
        ),
      ),
    kind: ($) => seq(optional("private"), "kind", $._name, field("body", $.block)),
    struct: ($) => seq(optional("private"), "struct", $._name, field("body", $.block)),
    enum: ($) =>
      seq(optional("private"), "enum", $._name, "{", repeat(choice($.attribute, seq($.member, optional(",")))), "}"),
    member: ($) =>
      prec.right(
        seq(
          $._name,
          optional(field("parameters", $.parameters)),
          optional(seq("=", field("value", $._text))),
        ),
      ),
    dimension: ($) =>
      seq(optional("private"), "dimension", $._name, "=", field("base", alias($.word, $.unit))),
    unit_definition: ($) =>
      prec.right(
        seq(
          optional("private"),
          "unit",
          field("name", alias($._unit_name, $.unit)),
          optional(seq(":", field("dimension", $.path))),
          optional(seq("=", field("value", $._expression))),
        ),
      ),
    _unit_name: () => /µ?[A-Za-z][A-Za-z0-9_]*/,
    type_alias: ($) => seq(optional("private"), "type", $._name, "=", field("type", $._type)),
    function: ($) =>
      seq(
        optional("private"),
        "fn",
        $._name,
        field("parameters", $.parameters),
        "->",
        field("result", $._type),
        "=",
        field("value", $._expression),
      ),
    parameters: ($) => seq("(", commaSep($.parameter), ")"),
    parameter: ($) =>
      seq(
        $._name,
        optional("?"),
        ":",
        field("type", $._type),
        optional(seq("=", field("default", $._expression))),
      ),
    constant: ($) =>
      seq(
        optional("private"),
        "let",
        $._name,
        optional(seq(":", field("type", $._type))),
        "=",
        field("value", $._expression),
      ),
    overlay: ($) => seq(optional("private"), "overlay", $._name, "{", repeat($._item), "}"),
    check: ($) => seq(optional("private"), "check", $._name, $._clauses, field("body", $.block)),
    test: ($) =>
      seq(
        optional("private"),
        "test",
        field("title", $._text),
        optional(seq("in", field("environment", alias($.word, $.identifier)))),
        "{",
        repeat(choice($._item, $.expect, $.assert)),
        "}",
      ),
    expect: ($) =>
      seq("expect", optional("not"), field("check", $.path), optional(seq("at", field("place", $.place)))),
    assert: ($) => seq("assert", field("condition", $._expression)),

    declaration: ($) =>
      seq(
        optional("private"),
        optional("template"),
        field("kind", $.path),
        $._name,
        optional(field("key", $.index)),
        optional($.base),
        optional($.family),
        field("body", $.block),
      ),
    base: ($) =>
      seq(
        "from",
        field("base", $.path),
        optional(field("key", $.index)),
        optional(seq("@", field("version", $._text))),
      ),
    family: ($) => seq($._clauses, optional(seq("by", field("by", $._expression)))),
    _clauses: ($) => seq(repeat1($.for_clause), optional($.if_clause)),
    for_clause: ($) =>
      seq(
        "for",
        field("binder", alias($.word, $.identifier)),
        optional(seq(",", field("binder", alias($.word, $.identifier)))),
        "in",
        field("in", $._expression),
      ),
    if_clause: ($) => seq("if", field("condition", $._expression)),

    // ------------------------------------------------------------ bodies
    block: ($) => seq("{", repeat(seq($._entry, optional(","))), "}"),
    _entry: ($) =>
      choice(
        $.set,
        $.append,
        $.nest,
        $.definition,
        $.local,
        $.when,
        $.final,
        $.remove,
        $.require,
        $.fix,
        $.at,
        $.attribute,
      ),
    _field_name: ($) => choice(alias($.word, $.field_name), alias($._field_word, $.field_name)),
    _key: ($) => choice($._field_name, $._text),
    _keys: ($) => seq(field("field", $._key), optional(field("key", $._key))),
    set: ($) => seq($._keys, "=", field("value", $._expression)),
    append: ($) => seq($._keys, "+=", field("value", $._expression)),
    nest: ($) => seq($._keys, field("body", $.block)),
    definition: ($) =>
      seq(
        field("name", $._field_name),
        optional("?"),
        ":",
        field("type", $._type),
        optional(seq("=", field("default", $._expression))),
      ),
    local: ($) =>
      seq(
        "let",
        $._name,
        optional(seq(":", field("type", $._type))),
        "=",
        field("value", $._expression),
      ),
    when: ($) => seq("when", field("condition", $._expression), field("body", $.block)),
    final: ($) => seq("final", choice($.set, $.append, $.nest)),
    remove: ($) =>
      seq("remove", field("field", alias($.word, $.field_name)), field("key", $._key)),
    require: ($) =>
      prec.right(
        seq("require", field("condition", $._expression), optional(field("body", $.block))),
      ),
    fix: ($) => seq("fix", field("place", $.place), "=", field("value", $._expression)),
    at: ($) => seq("at", $.place, repeat(seq(",", $.place))),
    place: ($) =>
      prec.right(
        seq($.word, repeat(choice(seq(choice(".", "?."), alias($.word, $.field_name)), $.index))),
      ),

    // ------------------------------------------------------------ types
    _type: ($) =>
      choice(
        $.refined_type,
        $.union_type,
        $.range_type,
        $.list_type,
        $.map_type,
        $.parenthesized_type,
        $.type_path,
        $.none,
        $._text,
      ),
    refined_type: ($) => prec.right(1, seq(field("type", $._type), "where", field("condition", $._expression))),
    union_type: ($) => prec.left(2, seq($._type, "|", $._type)),
    range_type: ($) => prec.left(3, seq($._type, "..", $._type)),
    list_type: ($) => seq("[", $._type, "]"),
    map_type: ($) => seq("{", field("key", $._type), ":", field("value", $._type), "}"),
    parenthesized_type: ($) => seq("(", $._type, ")"),
    type_path: ($) => prec.right(seq($.path, repeat(seq(choice("/", "*"), $.path)))),

    // ------------------------------------------------------------ expressions
    _expression: ($) =>
      choice(
        $.binary,
        $.unary,
        $.member_access,
        $.index_access,
        $.call,
        $.cast,
        $.if,
        $.quantity,
        $.date,
        $.version,
        $.string,
        $.raw_string,
        $.boolean,
        $.none,
        $.selector,
        $.list,
        $.list_comprehension,
        $.map_comprehension,
        $.block,
        $.parenthesized,
        alias($.word, $.identifier),
      ),
    binary: ($) =>
      choice(
        ...[
          ["or", PREC.or],
          ["and", PREC.and],
          ["==", PREC.compare],
          ["!=", PREC.compare],
          ["<", PREC.compare],
          ["<=", PREC.compare],
          [">", PREC.compare],
          [">=", PREC.compare],
          ["in", PREC.compare],
          ["is", PREC.compare],
          ["matches", PREC.compare],
          ["??", PREC.coalesce],
          ["..", PREC.range],
          ["+", PREC.add],
          ["-", PREC.add],
          ["*", PREC.multiply],
          ["/", PREC.multiply],
        ].map(([operator, precedence]) =>
          prec.left(
            /** @type {number} */ (precedence),
            seq(
              field("left", $._expression),
              field("operator", /** @type {string} */ (operator)),
              field("right", $._expression),
            ),
          ),
        ),
      ),
    unary: ($) =>
      choice(
        prec(PREC.not, seq(field("operator", "not"), field("operand", $._expression))),
        prec(PREC.unary, seq(field("operator", "-"), field("operand", $._expression))),
      ),
    member_access: ($) =>
      prec.left(
        PREC.postfix,
        seq(
          field("object", $._expression),
          choice(".", "?."),
          field("field", alias($.word, $.field_name)),
        ),
      ),
    index_access: ($) =>
      prec.left(PREC.postfix, seq(field("object", $._expression), field("index", $.index))),
    index: ($) => seq("[", $._expression, "]"),
    call: ($) =>
      prec.left(PREC.postfix, seq(field("function", $._expression), field("arguments", $.arguments))),
    arguments: ($) => seq("(", commaSep($.argument), ")"),
    argument: ($) => seq(optional(seq(field("name", $._field_name), "=")), field("value", $._expression)),
    cast: ($) =>
      prec.left(
        PREC.postfix,
        seq(field("value", $._expression), "as", field("unit", alias($._cast_unit, $.unit))),
      ),
    _cast_unit: () => token(UNIT),
    if: ($) =>
      prec.right(
        seq(
          "if",
          field("condition", $._expression),
          "then",
          field("then", $._expression),
          "else",
          field("else", $._expression),
        ),
      ),
    boolean: () => choice("true", "false"),
    none: () => "none",
    selector: ($) => prec.left(PREC.postfix, repeat1(seq(".", alias($.word, $.field_name)))),
    list: ($) => seq("[", commaSep($._expression), "]"),
    list_comprehension: ($) => seq("[", $._clauses, ":", field("value", $._expression), "]"),
    map_comprehension: ($) =>
      seq("{", $._clauses, ":", field("key", $._expression), "=", field("value", $._expression), "}"),
    parenthesized: ($) => seq("(", $._expression, ")"),

    // ------------------------------------------------------------ literals
    quantity: ($) =>
      choice(
        seq(
          field("currency", $.currency),
          field("number", alias(token.immediate(/[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?/), $.number)),
          optional($._suffix),
        ),
        seq(field("number", $.number), optional($._suffix)),
      ),
    currency: () => choice("$", "€", "£"),
    number: () => /[0-9]+(_[0-9]+)*(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+)?/,
    _suffix: ($) =>
      seq(optional(token.immediate("/")), field("unit", alias($._attached_unit, $.unit))),
    _attached_unit: () => token.immediate(UNIT),
    date: () => token(prec(2, /[0-9]{4}-[0-9]{2}-[0-9]{2}/)),
    version: () =>
      token(prec(1, /[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z]([0-9A-Za-z]|[.-][0-9A-Za-z])*)?(\+[0-9A-Za-z]+)?/)),

    // ------------------------------------------------------------ strings
    _text: ($) => choice($.string, $.raw_string),
    raw_string: () => token(/#"([^"]|"+[^"#])*"+#/),
    string: ($) =>
      choice(
        seq('"', repeat(choice($.string_content, $.escape, $.interpolation)), token.immediate('"')),
        seq(
          '"""',
          repeat(choice(alias($._multi_content, $.string_content), $.escape, $.interpolation)),
          token.immediate(prec(3, '"""')),
        ),
      ),
    string_content: () => token.immediate(prec(2, choice(/[^"\\$\n]+/, /\$/))),
    _multi_content: () => token.immediate(prec(2, choice(/[^"\\$]+/, /\$/, /""?/))),
    escape: () => token.immediate(prec(3, /\\([nrt"\\$]|u\{[0-9A-Fa-f]{1,6}\})/)),
    interpolation: ($) => seq(token.immediate(prec(3, "${")), $._expression, "}"),
  },
});
