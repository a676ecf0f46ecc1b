// Tells a field's name from an operator or a statement, where only what follows can: `in = 5`, `at = "x"`, `for k = v`.
//
// The rule is that of grammar/ivs.pest (`field_ahead`, `statement_ahead`): the word is a field's name if `=`, `+=`,
// `{`, `:` or `?` follows, or, for a word that is reserved in expressions, another key and then `=`, `+=` or `{`. Where
// an operator could stand, the word must also be the first of its line.

#include "tree_sitter/parser.h"

#include <string.h>

enum Token { FIELD_WORD, IN, IS, AND, OR, AS, MATCHES, WHERE };

static const char *const RESERVED[] = {"if", "then", "else", "for",     "in",    "is",   "and",   "or",
                                       "not", "as",  "matches", "where", "true", "false", "none"};
static const char *const STATEMENTS[] = {"let", "when", "final", "remove", "require", "fix", "at"};

void *tree_sitter_ivs_external_scanner_create(void) { return NULL; }
void tree_sitter_ivs_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_ivs_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_ivs_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static bool is_alpha(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_word(int32_t c) { return is_alpha(c) || (c >= '0' && c <= '9') || c == '-'; }
static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool listed(const char *word, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(word, list[i]) == 0) return true;
  }
  return false;
}

static void step(TSLexer *lexer) { lexer->advance(lexer, false); }

static void pass_blanks(TSLexer *lexer, bool lines) {
  while (is_blank(lexer->lookahead) || (lines && lexer->lookahead == '\n')) step(lexer);
}

/// `=` but not `==`, or `+=`.
static bool sets(TSLexer *lexer) {
  if (lexer->lookahead == '+') {
    step(lexer);
    return lexer->lookahead == '=';
  }
  if (lexer->lookahead != '=') return false;
  step(lexer);
  return lexer->lookahead != '=';
}

/// Passes a word or a string of one line.
static bool pass_key(TSLexer *lexer) {
  if (is_alpha(lexer->lookahead)) {
    while (is_word(lexer->lookahead)) step(lexer);
    return true;
  }
  if (lexer->lookahead != '"') return false;
  step(lexer);
  while (lexer->lookahead != '"') {
    if (lexer->eof(lexer) || lexer->lookahead == '\n') return false;
    if (lexer->lookahead == '\\') step(lexer);
    step(lexer);
  }
  step(lexer);
  return true;
}

bool tree_sitter_ivs_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  (void)payload;
  if (!valid_symbols[FIELD_WORD]) return false;
  bool operator_fits = false;
  for (int token = IN; token <= WHERE; token++) operator_fits |= valid_symbols[token];

  bool first_of_line = lexer->get_column(lexer) == 0;
  while (is_blank(lexer->lookahead) || lexer->lookahead == '\n' || lexer->lookahead == 0xFEFF) {
    first_of_line |= lexer->lookahead == '\n';
    lexer->advance(lexer, true);
  }
  if (!is_alpha(lexer->lookahead)) return false;

  char word[8] = {0};
  size_t length = 0;
  while (is_word(lexer->lookahead)) {
    if (length == sizeof word - 1) return false;
    word[length++] = (char)lexer->lookahead;
    step(lexer);
  }
  bool reserved = listed(word, RESERVED, sizeof RESERVED / sizeof *RESERVED);
  if (!reserved && !listed(word, STATEMENTS, sizeof STATEMENTS / sizeof *STATEMENTS)) return false;
  if (reserved && operator_fits && !first_of_line) return false;

  lexer->mark_end(lexer);
  lexer->result_symbol = FIELD_WORD;
  bool apart = is_blank(lexer->lookahead);
  pass_blanks(lexer, false);
  if (lexer->lookahead == '{') {
    // `if {`, `not {` and `in {` begin a block's value only on the line of their expression.
    return true;
  }
  if (reserved && apart && pass_key(lexer)) {
    pass_blanks(lexer, true);
    return sets(lexer) || (operator_fits && lexer->lookahead == '{');
  }
  pass_blanks(lexer, true);
  switch (lexer->lookahead) {
    case ':':
      return true;
    case '?':
      // `at?: T` is a definition; `??` and `?.` go on with an expression.
      step(lexer);
      return lexer->lookahead != '?' && lexer->lookahead != '.';
    case '{':
      return true;
    default:
      return sets(lexer);
  }
}
