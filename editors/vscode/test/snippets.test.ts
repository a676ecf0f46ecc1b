// Snippets of whole items, filled with their defaults, are sound sources: `ivs check` says so.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Snippet {
  prefix: string;
  body: string[];
}

/** The text of a snippet whose placeholders keep their defaults. */
function filled(body: string[]): string {
  return body
    .join("\n")
    .replace(/\$\{\d+:((?:\\.|[^}\\])*)\}/g, (_, text: string) => text)
    .replace(/\$\d/g, "")
    .replace(/\\([$}\\])/g, "$1");
}

const snippets = JSON.parse(readFileSync("snippets/ivs.json", "utf8")) as Record<string, Snippet>;
const ivs = process.env["IVS"];
// What stands in bodies and expressions has no meaning alone, and an overlay needs its environment.
const INNER = new Set(["when", "require", "for", "overlay"]);

for (const [name, { prefix, body }] of Object.entries(snippets)) {
  test(`snippet ${name}`, { skip: ivs === undefined && "IVS names no program" }, () => {
    assert.equal(prefix, name);
    if (INNER.has(name) || ivs === undefined) return;
    const run = spawnSync(ivs, ["check", "-", "--format", "short"], { input: filled(body) + "\n", encoding: "utf8" });
    assert.equal(run.status, 0, `${filled(body)}\n${run.stdout}${run.stderr}`);
    if (body.join("").includes("$0")) return;
    const layout = spawnSync(ivs, ["fmt", "-"], { input: filled(body) + "\n", encoding: "utf8" });
    assert.equal(layout.stdout, filled(body) + "\n", "a snippet is laid out as `ivs fmt` does");
  });
}
