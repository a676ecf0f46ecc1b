// The page as few files, compressed: what the program embeds (../assets). The same sources give the same bytes.
import { build } from "esbuild";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const out = "../assets";
const check = process.argv.includes("--check");
const result = await build({
  entryPoints: { page: "src/main.ts", worker: "node_modules/monaco-editor/esm/vs/editor/editor.worker.start.js" },
  bundle: true,
  format: "iife",
  minify: true,
  target: "es2022",
  outdir: "out",
  write: false,
  legalComments: "none",
  loader: { ".ttf": "dataurl" },
  logLevel: "warning",
});
const files = new Map(result.outputFiles.map((f) => [f.path.replace(/^.*\//, ""), f.contents]));
files.set("index.html", readFileSync("src/index.html"));
const names = [...files.keys()].sort();
const sums = names.map((name) => `${createHash("sha256").update(files.get(name)).digest("hex")}  ${name}\n`).join("");
if (check) {
  if (readFileSync(`${out}/sha256.txt`, "utf8") !== sums) {
    console.error("playground/assets is not what playground/page gives; run `npm run build` there");
    process.exit(1);
  }
} else {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const name of names) writeFileSync(`${out}/${name}.gz`, gzipSync(files.get(name), { level: 9 }));
  const licence = readFileSync("node_modules/monaco-editor/LICENSE", "utf8").trim();
  writeFileSync(`${out}/LICENSE-monaco.txt`, licence + "\n");
  writeFileSync(`${out}/sha256.txt`, sums);
}
for (const name of names) {
  const size = files.get(name).length;
  console.log(`${name}: ${(size / 1024).toFixed(0)} KiB, ${(gzipSync(files.get(name), { level: 9 }).length / 1024).toFixed(0)} KiB compressed`);
}
