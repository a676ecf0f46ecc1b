// Drives the extension in VS Code itself, as a person would: the workbench of its server, in a browser without a window.
//
//   IVS=PATH CHROMIUM=PATH node drive.mjs ivs.vsix FOLDER        SHOTS=DIR keeps pictures
//
// FOLDER holds a package with `shop.ivs` (editors/test/package), and may be written to. Prints one line for each step;
// the exit code is 1 if one of them failed.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [vsix, work] = process.argv.slice(2).map((p) => resolve(p));
const PATIENCE = 60_000; // ms: how long a step may take on a busy machine
const here = dirname(fileURLToPath(import.meta.url));
const code = join(here, "node_modules/code-server/lib/vscode");
const own = mkdtempSync(join(tmpdir(), "ivs-code-"));
const source = join(work, "shop.ivs");

// What the workbench needs lies beside the server that npm installed, not in it.
try {
  symlinkSync("../../..", join(code, "node_modules"));
} catch (e) {
  if (e.code !== "EEXIST") throw e;
}

const folders = ["--server-data-dir", join(own, "server"), "--user-data-dir", join(own, "user"), "--extensions-dir", join(own, "extensions")];
const main = [join(code, "out/server-main.js"), "--accept-server-license-terms", "--telemetry-level", "off", ...folders];
const settings = {
  "ivs.server.path": resolve(process.env.IVS ?? "ivs"),
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "editor.accessibilitySupport": "off",
  "editor.acceptSuggestionOnCommitCharacter": false,
};
for (const place of ["User", "Machine"]) {
  mkdirSync(join(own, "user", place), { recursive: true });
  writeFileSync(join(own, "user", place, "settings.json"), JSON.stringify(settings));
}

let failed = 0;
function step(name, good, found) {
  if (!good) failed++;
  console.log(good ? `ok   ${name}` : `FAIL ${name}: ${JSON.stringify(found)}`);
}

const free = () =>
  new Promise((done) => {
    const s = createServer().listen(0, "127.0.0.1", () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });

const install = spawnSync(process.execPath, [...main, "--install-extension", vsix], { encoding: "utf8" });
step("the package is installed", /successfully installed/.test(install.stdout), install.stdout + install.stderr);

const port = await free();
const server = spawn(process.execPath, [...main, "--host", "127.0.0.1", "--port", String(port), "--without-connection-token"], {
  stdio: ["ignore", "pipe", "pipe"],
});
let said = "";
await new Promise((done, fail) => {
  const hear = (part) => {
    said += part;
    if (/Extension host agent listening/.test(said)) done();
  };
  server.stdout.on("data", hear);
  server.stderr.on("data", hear);
  server.once("exit", (status) => fail(new Error(`the server of VS Code ended with ${status}: ${said}`)));
});

const browser = await chromium.launchPersistentContext(join(own, "browser"), {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1400, height: 900 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE);

const press = (keys) => page.keyboard.press(keys);
const shot = async (name) => process.env.SHOTS && (await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) }));
const editor = page.locator(".editor-group-container.active .monaco-editor[role=code]").first();

/** The lines that are shown. */
async function lines() {
  const shown = await editor.locator(".view-line").evaluateAll((all) =>
    all.map((l) => [Number.parseInt(l.style.top, 10), l.textContent.replaceAll("\u00a0", " ")]).sort((a, b) => a[0] - b[0]),
  );
  return shown.map(([, text]) => text);
}

/** Whether something comes to be; what is found last otherwise. */
async function eventually(look, good) {
  const end = Date.now() + PATIENCE;
  let found;
  do {
    found = await look();
    if (good(found)) return [true, found];
    await new Promise((done) => setTimeout(done, 50));
  } while (Date.now() < end);
  return [false, found];
}

/** Puts the cursor in front of a text of the file, which is saved. */
async function cursor(part, behind = 0) {
  const all = readFileSync(source, "utf8").split("\n");
  const line = all.findIndex((l) => l.includes(part));
  if (line < 0) throw new Error(`no \`${part}\` in the file`);
  await press("Control+g");
  await page.locator(".quick-input-box input").first().waitFor();
  await page.keyboard.type(`:${line + 1}:${all[line].indexOf(part) + 1 + behind}`);
  await press("Enter");
  await page.locator(".quick-input-widget").first().waitFor({ state: "hidden" });
}

/** Writes over a text of the file, which is saved. */
async function replace(from, to) {
  await cursor(from);
  for (let i = 0; i < from.length; i++) await press("Shift+ArrowRight");
  await page.keyboard.insertText(to);
}

async function command(name) {
  await press("F1");
  await page.keyboard.type(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await press("Enter");
}

const sound = () => eventually(() => page.locator(".squiggly-error").count(), (n) => n === 0);
const wrong = () => eventually(() => page.locator(".squiggly-error").count(), (n) => n > 0);
const saved = (good) => eventually(() => readFileSync(source, "utf8"), good);

async function run() {
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(work)}`);
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "shop.ivs" }).first().dblclick();
  await editor.waitFor();
  const mode = await eventually(() => page.locator('[id="status.editor.mode"]').innerText(), (t) => t.trim() === "ivs");
  step("the language of the file is ivs", ...mode);
  step("the extension has started", ...(await eventually(() => page.locator(".statusbar-item", { hasText: "base" }).count(), (n) => n > 0)));
  step("lenses are shown", ...(await eventually(() => page.locator(".codelens-decoration").allInnerTexts(), (all) => all.some((t) => t.includes("show output") && t.includes("1 reference")))));
  await shot("1-open");

  // edit: a mistake is seen, and goes away
  await editor.click();
  await replace("3..100", "100..3");
  step("a mistake is shown while it is typed", ...(await wrong()));
  await shot("2-mistake");
  await press("Control+z");
  step("and is gone when it is mended", ...(await sound()));

  // complete
  await cursor("scene-db:1.2.0");
  await press("End");
  await press("Enter");
  await page.keyboard.type("annot");
  await press("Control+Space");
  const row = page.locator(".suggest-widget .monaco-list-row", { hasText: "annotations" }).first();
  step("fields of a service are completed", ...(await eventually(() => row.count(), (n) => n > 0)));
  await shot("3-completion");
  await press("Enter");
  step("and taken over", ...(await eventually(lines, (all) => all.some((l) => /^ {2}annotations\b/.test(l)))));
  await press("Escape");
  for (let i = 0; i < 8 && (await lines()).some((l) => /^ {2}annot/.test(l)); i++) await press("Control+z");
  step("and taken back", ...(await sound()));
  await press("Control+s");

  // hover, definition
  await cursor("throughput", 2);
  await press("Control+k");
  await press("Control+i");
  step("a hover tells about a field", ...(await eventually(() => page.locator(".monaco-hover").allInnerTexts(), (all) => all.join().includes("field of"))));
  await shot("4-hover");
  await press("Escape");
  await cursor("[scene-db", 2);
  await press("F12");
  step("a reference leads to its declaration", ...(await eventually(() => page.locator('[id="status.editor.selection"]').innerText(), (t) => t.includes("Ln 2,"))));

  // rename
  await press("F2");
  await page.waitForFunction(() => document.activeElement?.closest(".rename-box"));
  await press("Control+a");
  await page.keyboard.type("scene-store");
  await press("Enter");
  const renamed = (t) => t.includes("service scene-store {") && t.includes("[scene-store]") && !t.includes("service scene-db");
  step("rename changes the declaration and what refers to it", ...(await eventually(async () => (await lines()).join("\n"), renamed)));
  step("nothing is wrong after it", ...(await sound()));
  await press("Control+s");
  await saved(renamed);

  // format
  await replace("  throughput = ", "      throughput=");
  await command("Format Document");
  step("formatting lays the file out", ...(await eventually(lines, (all) => all.includes("  throughput = 10_000req/min"))));
  await press("Control+s");
  await saved((t) => t.includes("\n  throughput = 10_000req/min"));
  await replace("  throughput = ", "      throughput=");
  await press("Control+s");
  step("and so does saving", ...(await saved((t) => t.includes("\n  throughput = 10_000req/min"))));

  // quick fix
  await replace("70%", "0.7");
  step("a mistake with a fix is shown", ...(await wrong()));
  await press("ArrowLeft");
  await press("Control+.");
  const fix = page.locator(".action-widget .monaco-list-row.action", { hasText: "70%" }).first();
  step("its quick fix is offered", ...(await eventually(() => fix.count(), (n) => n > 0)));
  await shot("5-fix");
  await page.locator(".action-widget .monaco-list-row.action.focused", { hasText: "70%" }).waitFor();
  await press("Enter");
  step("and mends it", ...(await eventually(lines, (all) => all.some((l) => l.includes("utilization = 70%")))));
  step("and nothing is wrong", ...(await sound()));
  await press("Control+s");

  // outputs beside the source
  await page.locator(".codelens-decoration a", { hasText: "show output" }).nth(1).click();
  const shown = async () => (await page.locator(".monaco-editor[role=code] .view-lines").allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
  step("a lens shows what a service becomes", ...(await eventually(shown, (t) => t.includes("kind: Deployment"))));
  await shot("6-output");
}

try {
  await run();
} catch (e) {
  step("the run ends", false, String(e.stack ?? e));
  await shot("failed");
}
await browser.close();
server.removeAllListeners("exit");
server.kill();
rmSync(own, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
console.log(failed === 0 ? "code: all steps" : `code: ${failed} steps failed`);
process.exit(failed === 0 ? 0 : 1);
