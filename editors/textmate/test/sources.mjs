// Every source of the repository, coloured: nothing is left open at its end, nothing is invalid, and the heads of
// declarations, fields and units are told apart.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const grammarFile = join(here, "..", "ivs.tmLanguage.json");

const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarFile, "utf8"), grammarFile),
});
const grammar = await registry.loadGrammar("source.ivs");

/** All `.ivs` files below a folder, in order. */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "golden" ? [] : sources(path);
      return entry.name.endsWith(".ivs") && statSync(path).isFile() ? [path] : [];
    });
}

/** The tokens of a text, and the rule that is open at its end. */
function colour(text) {
  let stack = textmate.INITIAL;
  const tokens = [];
  for (const [number, line] of text.split("\n").entries()) {
    const result = grammar.tokenizeLine(line, stack);
    for (const t of result.tokens) {
      tokens.push({ line: number + 1, text: line.slice(t.startIndex, t.endIndex), scopes: t.scopes });
    }
    stack = result.ruleStack;
  }
  return { tokens, depth: stack.depth };
}

const files = ["examples", "stdlib"].flatMap((folder) => sources(join(root, folder)));

test("there are sources to colour", () => assert.ok(files.length > 100, `${files.length}`));

for (const file of files) {
  const name = relative(root, file);
  test(name, () => {
    const text = readFileSync(file, "utf8");
    const { tokens, depth } = colour(text);
    // Behind the last line only the grammar itself is open; a blank line closes what ends with its line.
    assert.equal(colour(text + "\n\n").depth, 1, `${depth} rules are open at the end`);
    for (const t of tokens) {
      assert.ok(!t.scopes.some((s) => s.startsWith("invalid")), `${name}:${t.line}: ${t.text} is invalid`);
    }
    const lines = text.split("\n");
    let inText = false;
    for (const [number, line] of lines.entries()) {
      const before = inText;
      if ((line.match(/"""/g) ?? []).length % 2 === 1) inText = !inText;
      if (before) continue;
      // In column 0: a declaration.
      const head = /^(?:private )?(?:template )?([A-Za-z_][\w.-]*) ([A-Za-z_][\w-]*)(?: from [\w.-]+)? (?:(?:from|for)(?![\w-])|\{)/.exec(line);
      if (!head || /^(use|kind|struct|enum|dimension|unit|type|fn|let|overlay|check|test)$/.test(head[1])) continue;
      const here = tokens.filter((t) => t.line === number + 1);
      const kind = here.find((t) => t.text === head[1]);
      const named = here.find((t) => t.text === head[2] && t.scopes.includes("entity.name.declaration.ivs"));
      assert.ok(kind?.scopes.includes("entity.name.type.kind.ivs"), `${name}:${number + 1}: ${head[1]} is a kind`);
      assert.ok(named, `${name}:${number + 1}: ${head[2]} is a declaration's name`);
    }
  });
}
