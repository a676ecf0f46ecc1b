// Colours until the server's are there; editors/textmate knows the language better.

import type { languages } from "./monaco";

export const configuration: languages.LanguageConfiguration = {
  comments: { lineComment: "//", blockComment: ["/*", "*/"] },
  brackets: [
    ["{", "}"],
    ["[", "]"],
    ["(", ")"],
  ],
  autoClosingPairs: [
    { open: "{", close: "}" },
    { open: "[", close: "]" },
    { open: "(", close: ")" },
    { open: '"', close: '"', notIn: ["string", "comment"] },
  ],
  wordPattern: /[A-Za-z_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9]))*/,
  indentationRules: { increaseIndentPattern: /[{[(]\s*(\/\/.*)?$/, decreaseIndentPattern: /^\s*[}\])]/ },
};

export const tokens: languages.IMonarchLanguage = {
  word: /[A-Za-z_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9]))*/,
  items: ["use", "kind", "struct", "enum", "dimension", "unit", "type", "fn", "let", "overlay", "check", "test", "template", "private", "expect", "assert", "when", "final", "remove", "require", "fix", "at", "from", "by"],
  operators: ["if", "then", "else", "for", "in", "is", "and", "or", "not", "as", "matches", "where"],
  constants: ["true", "false", "none", "self", "inherited", "it"],
  tokenizer: {
    root: [
      [/\/\/[/!]?.*$/, "comment"],
      [/\/\*/, "comment", "@comment"],
      [/#"/, "string", "@raw"],
      [/"""/, "string", "@text"],
      [/"/, "string", "@string"],
      [/^(@word)(\s+)(@word)(?=\s*(?:\{|\[|from\b|for\b))/, [{ cases: { "@items": "keyword", "@default": "type" } }, "", "identifier.name"]],
      [/@word(?=\s*(?:=[^=>]|\+=|\{|\??\s*:))/, "attribute.name"],
      [/@word/, { cases: { "@items": "keyword", "@operators": "keyword", "@constants": "keyword", "@default": "identifier" } }],
      [/\d{4}-\d\d-\d\d/, "number"],
      [/[$€£]?\d[\d_]*(?:\.\d+)*(?:[eE]\d+)?(?:\/?[%µA-Za-z][\w/%]*)?/, "number"],
      [/@@[A-Za-z_-]+/, "annotation"],
      [/[{}[\]()]/, "@brackets"],
    ],
    comment: [
      [/\*\//, "comment", "@pop"],
      [/./, "comment"],
    ],
    raw: [
      [/"#/, "string", "@pop"],
      [/./, "string"],
    ],
    string: [
      [/\$\{/, "delimiter", "@hole"],
      [/\\./, "string.escape"],
      [/"|$/, "string", "@pop"],
      [/[^"\\$]+|\$/, "string"],
    ],
    text: [
      [/\$\{/, "delimiter", "@hole"],
      [/"""/, "string", "@pop"],
      [/\\./, "string.escape"],
      [/[^"\\$]+|["$]/, "string"],
    ],
    hole: [[/\}/, "delimiter", "@pop"], { include: "root" }],
  },
};

/** The language of an output by its name. */
export function languageOf(path: string): string {
  const ending = /\.([a-z]+)$/.exec(path)?.[1] ?? "";
  const known: Record<string, string> = { yaml: "yaml", yml: "yaml", json: "yaml", tf: "hcl", hcl: "hcl", md: "markdown", sql: "sql", svg: "xml", html: "xml", xml: "xml" };
  return known[ending] ?? "plaintext";
}
