// The playground in a browser without a window: type, see the mistake, apply the fix, see the output change.
//
//   IVS=target/debug/ivs CHROMIUM=/usr/bin/chromium node --test test/        SHOTS=DIR keeps pictures
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const ivs = process.env.IVS ?? "../../target/debug/ivs";
const shots = process.env.SHOTS;
const PATIENCE = 60_000; // ms: how long a step may take on a busy machine
const cache = mkdtempSync(join(tmpdir(), "ivs-playground-"));
const profile = mkdtempSync(join(tmpdir(), "ivs-chromium-"));
let program;
let url;
let browser;
let page;
const foreign = [];
const complaints = [];

function start(...args) {
  const child = spawn(ivs, ["playground", "--cache", cache, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`ivs ended with ${code}`)));
    let said = "";
    child.stdout.on("data", (part) => {
      said += part;
      const found = /http:\/\/127\.0\.0\.1:\d+\/#[0-9a-f]{32}/.exec(said);
      if (found) resolve([child, found[0]]);
    });
  });
}

before(async () => {
  [program, url] = await start("--example", "starter");
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    viewport: { width: 1400, height: 900 },
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on("request", (request) => {
    const address = new URL(request.url());
    if (!["data:", "blob:"].includes(address.protocol) && address.origin !== new URL(url).origin) foreign.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
});

after(async () => {
  await browser?.close();
  program?.kill();
  for (const folder of [cache, profile]) rmSync(folder, { recursive: true, force: true });
});

const status = () => page.locator("#status").textContent();
const shot = async (name) => shots && (await page.screenshot({ path: join(shots, `${name}.png`) }));
const until = (what, argument) => page.waitForFunction(what, argument, { timeout: PATIENCE });

/** Replaces a text of the open source as if it were typed. */
async function type(from, to) {
  await page.evaluate((from) => {
    const { editor } = window.ivs;
    const found = editor.getModel().findMatches(from, false, false, true, null, false)[0];
    if (!found) throw new Error(`no \`${from}\` in the source`);
    editor.setSelection(found.range);
    editor.focus();
  }, from);
  await page.keyboard.type(to);
}

/** The colours of the first words of the source that are written so. */
const colours = (...words) =>
  page.evaluate((words) => {
    const spans = [...document.querySelectorAll("#editor .view-line span span")];
    return words.map((word) => {
      const found = spans.find((s) => s.textContent.trim() === word);
      return found && getComputedStyle(found).color;
    });
  }, words);

test("the page shows a package and its outputs", async () => {
  await page.goto(url);
  await until(() => document.querySelector("#status").className === "good");
  assert.match(await status(), /\d+ outputs/);
  assert.ok((await page.locator("#outputs button").count()) > 3);
  assert.equal(await page.locator("#name").textContent(), "starter");
  assert.equal(new URL(page.url()).hash, "", "the key is not shown");
  assert.deepEqual(await page.locator("#outputs .folder").allTextContents(), ["documents", "kubernetes", "kubernetes/default", "terraform/europe-west1"]);
  assert.match(await page.evaluate(() => window.ivs.output.getModel().uri.path), /web\.yaml$/, "the output that there is most of is shown");
  await shot("1-start");
});

test("a mistake is shown while it is typed, and its fix mends it", async () => {
  await type("70%", "0.7");
  await until(() => /\d error/.test(document.querySelector("#status").textContent));
  await page.click("#tab-problems");
  const finding = page.locator(".finding", { hasText: "IVS2004" });
  await finding.waitFor();
  const markers = await page.evaluate(() => document.querySelectorAll(".squiggly-error").length);
  assert.ok(markers > 0, "it is underlined");
  const fix = finding.locator(".fix").first();
  await fix.waitFor();
  await shot("2-mistake");
  await fix.click();
  await until(() => document.querySelector("#status").className === "good");
  const text = await page.evaluate(() => window.ivs.editor.getValue());
  assert.match(text, /utilization = 70%/);
  await until(() => document.querySelectorAll(".finding").length === 0);
});

test("an output changes as a value does", async () => {
  await page.click("#tab-outputs");
  const [from, to] = await page.evaluate(() => {
    const found = /replicas\s*=\s*(\d+)\.\.(\d+)/.exec(window.ivs.editor.getValue());
    return [found[0], found[0].replace(/\d+$/, "77")];
  });
  await type(from, to);
  await until(() => /changed/.test(document.querySelector("#status").textContent) && /maxReplicas: 77/.test(window.ivs.output.getValue()));
  assert.ok((await page.locator("#outputs .changed").count()) >= 1);
  // What the server says of words by now leaves kinds and units the colours that they had at first.
  const [kind, , text] = await colours("service", "web", "=");
  assert.notEqual(kind, text, "a kind stands out");
  await shot("3-output");
});

test("a line of an output tells where it comes from", async () => {
  await page.evaluate(() => {
    const { output } = window.ivs;
    const found = output.getModel().findMatches("maxReplicas: 77", false, false, true, null, false)[0];
    output.setPosition({ lineNumber: found.range.startLineNumber, column: 5 });
  });
  await until(() => /replicas/.test(document.querySelector("#line-why").textContent));
  assert.match(await page.locator("#line-why").textContent(), /set here/);
  await shot("4-line");
});

test("a field tells where its value comes from", async () => {
  await page.evaluate(() => {
    const { editor } = window.ivs;
    const found = editor.getModel().findMatches("replicas = ", false, false, true, null, false)[0];
    editor.setPosition({ lineNumber: found.range.startLineNumber, column: found.range.startColumn + 2 });
  });
  await page.click("#tab-why");
  await until(() => /scaling\.replicas = /.test(document.querySelector("#view-why").textContent));
  await shot("5-why");
});

test("the graph shows what refers to what", async () => {
  await page.click("#tab-graph");
  await page.locator("#view-graph g.node").first().waitFor();
  assert.ok((await page.locator("#view-graph g.node").count()) >= 2);
  const fits = await page.evaluate(() => document.querySelector("#view-graph svg").clientWidth <= document.querySelector("#view-graph .canvas").clientWidth);
  assert.ok(fits, "the picture is as wide as there is room");
  await shot("6-graph");
});

test("completion comes from the server", async () => {
  await page.evaluate(() => {
    const { editor } = window.ivs;
    const found = editor.getModel().findMatches("image", false, false, true, null, false)[0];
    editor.setPosition({ lineNumber: found.range.startLineNumber, column: editor.getModel().getLineMaxColumn(found.range.startLineNumber) });
    editor.focus();
  });
  await page.keyboard.press("Enter");
  await page.keyboard.type("annot");
  await page.keyboard.press("Control+Space");
  await page.locator(".suggest-widget .monaco-list-row", { hasText: "annotations" }).first().waitFor();
  await shot("7-completion");
  await page.keyboard.press("Escape");
  for (let i = 0; i < 8; i++) await page.keyboard.press("Backspace");
});

test("nothing is asked of any other machine, and the browser has no complaint", () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
});

test("without the key there is nothing of the package", async () => {
  const { origin } = new URL(url);
  const question = (headers) => fetch(`${origin}/ask`, { method: "POST", headers, body: '{"ask":"package"}' });
  const key = new URL(url).hash.slice(1);
  assert.equal((await question({ Origin: origin, "X-Ivs-Key": key })).status, 200);
  assert.equal((await question({ Origin: origin })).status, 403);
  assert.equal((await question({ Origin: origin, "X-Ivs-Key": key.replace(/./g, "0") })).status, 403);
  assert.equal((await question({ "X-Ivs-Key": key })).status, 403);
  assert.equal((await question({ Origin: "http://evil.example", "X-Ivs-Key": key })).status, 403);
  assert.equal((await fetch(`${origin}/lsp?${key}`)).status, 403);
  const page = await fetch(origin);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
});

test("a source is written only where that was asked for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ivs-package-"));
  try {
    const { cpSync } = await import("node:fs");
    cpSync("../../editors/test/package", folder, { recursive: true });
    const files = () => Object.fromEntries(readdirSync(folder).sort().map((f) => [f, readFileSync(join(folder, f), "utf8")]));
    const first = files();
    for (const write of [false, true]) {
      const [child, address] = await start(folder, ...(write ? ["--write"] : []));
      try {
        const { origin, hash } = new URL(address);
        const save = async (path) => {
          const body = JSON.stringify({ ask: "save", path, text: "// saved\n" });
          return (await fetch(`${origin}/ask`, { method: "POST", headers: { Origin: origin, "X-Ivs-Key": hash.slice(1) }, body })).json();
        };
        assert.match((await save("../x.ivs")).problem, /./);
        assert.match((await save("ivs.toml")).problem, /./);
        const answer = await save("shop.ivs");
        if (write) assert.deepEqual([answer, files()], [{ path: "shop.ivs" }, { ...first, "shop.ivs": "// saved\n" }]);
        else assert.match(answer.problem, /--write/);
        if (!write) assert.deepEqual(files(), first);
      } finally {
        child.removeAllListeners("exit");
        child.kill();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
