// What package.json promises is there, and is what the server reads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (file: string) => readFileSync(file, "utf8");
const manifest = JSON.parse(read("package.json"));

test("files that are contributed exist and are JSON", () => {
  const { languages, grammars, snippets } = manifest.contributes;
  for (const file of [languages[0].configuration, grammars[0].path, snippets[0].path]) JSON.parse(read(file));
});

test("the word of the editor is that of the grammar", () => {
  const { wordPattern } = JSON.parse(read("language-configuration.json"));
  const words = "text-service a - b us-east-1 a- -b".match(new RegExp(wordPattern, "g"));
  assert.deepEqual(words, ["text-service", "a", "b", "us-east-1", "a", "b"]);
});

test("settings are those that the server reads", () => {
  const server = read("../../lsp/src/settings.rs");
  const own = new Set(["server", "trace"]);
  const names = Object.keys(manifest.contributes.configuration.properties).map((n) => n.split(".").slice(1));
  for (const [group, name] of names) {
    if (group === undefined || own.has(group)) continue;
    assert.match(server, new RegExp(`pub ${group}: `), group);
    if (name !== undefined) assert.match(server, new RegExp(`pub ${name}: bool`), `${group}.${name}`);
  }
});

test("every command is registered", () => {
  const code = read("src/extension.ts");
  for (const { command } of manifest.contributes.commands) assert.ok(code.includes(`"${command}"`), command);
});
