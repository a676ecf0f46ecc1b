import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, languageOf } from "../src/answer";
import { environments } from "../src/environments";
import { find, type Place } from "../src/server";

function place(...files: string[]): Place {
  return { folder: "/srv/shop", home: "/home/a", path: "/usr/bin:/opt/bin", windows: false, exists: (f) => files.includes(f) };
}

test("a name is looked up in PATH, in its order", () => {
  assert.deepEqual(find("ivs", place("/opt/bin/ivs")), { command: "/opt/bin/ivs" });
  assert.deepEqual(find("", place("/opt/bin/ivs", "/usr/bin/ivs")), { command: "/usr/bin/ivs" });
});

test("a path may begin at home or in the workspace", () => {
  assert.deepEqual(find("~/bin/ivs", place("/home/a/bin/ivs")), { command: "/home/a/bin/ivs" });
  assert.deepEqual(find("${workspaceFolder}/tools/ivs", place("/srv/shop/tools/ivs")), { command: "/srv/shop/tools/ivs" });
  assert.deepEqual(find("tools/ivs", place("/srv/shop/tools/ivs")), { command: "/srv/shop/tools/ivs" });
});

test("what is not there is said", () => {
  assert.match(String(Object.values(find("ivs", place()))), /no `ivs` in PATH/);
  assert.match(String(Object.values(find("/x/ivs", place()))), /\/x\/ivs, which is not there/);
  const nowhere = { ...place(), folder: undefined };
  assert.match(String(Object.values(find("${workspaceFolder}/ivs", nowhere))), /no folder is open/);
});

test("on Windows a program ends in .exe", () => {
  const windows = { ...place("/opt/bin/ivs.exe"), windows: true };
  assert.deepEqual(find("ivs", windows), { command: "/opt/bin/ivs.exe" });
});

test("environments are declarations of the package", () => {
  const texts = ["environment staging { }\nenvironment eu-west from staging { }\n", "  environment nested\nenvironment staging { }"];
  assert.deepEqual(environments(texts), ["eu-west", "staging"]);
});

test("an answer is a document, a text or a message", () => {
  assert.deepEqual(answer({ uri: "ivs-output:/a.yaml" }), { uri: "ivs-output:/a.yaml" });
  assert.deepEqual(answer({ text: "a: 1\n", name: "a.yaml" }), { text: "a: 1\n", language: "yaml" });
  assert.deepEqual(answer({ message: "1 test holds" }), { message: "1 test holds" });
  assert.equal(answer(null), undefined);
  assert.equal(answer({ other: 1 }), undefined);
});

test("languages are those of the outputs", () => {
  assert.deepEqual(["a.yaml", "b.tf", "README.md", "c"].map(languageOf), ["yaml", "terraform", "markdown", "plaintext"]);
});
