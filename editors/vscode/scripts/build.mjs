// One file for the editor, one per test, and the grammar from its only source.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";

const common = { bundle: true, platform: "node", target: "node20", format: "cjs", sourcemap: false, logLevel: "warning" };
rmSync("out", { recursive: true, force: true });
await build({ ...common, entryPoints: ["src/extension.ts"], outfile: "out/extension.js", external: ["vscode"], minify: true });
await build({
  ...common,
  entryPoints: readdirSync("test").filter((f) => f.endsWith(".test.ts")).map((f) => `test/${f}`),
  outdir: "out/test",
  external: ["vscode"],
});
mkdirSync("syntaxes", { recursive: true });
copyFileSync("../textmate/ivs.tmLanguage.json", "syntaxes/ivs.tmLanguage.json");
