// Parts of the page that need no browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "ivs-page-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const load = async (name) => {
  const outfile = join(folder, `${name}.mjs`);
  await build({ entryPoints: [`src/${name}.ts`], outfile, bundle: true, format: "esm", logLevel: "warning" });
  return import(pathToFileURL(outfile));
};
const { valueAt } = await load("path");
const { layers } = await load("graph");

/** The path at `|`. */
const at = (text) => valueAt(text.replace("|", ""), text.indexOf("|"));

test("a place in a source is a path of a value", () => {
  assert.equal(at("service api {\n  image = \"a|\"\n}"), "api.image");
  assert.equal(at("service api {\n  scaling {\n    rep|licas = 1..2\n  }\n}"), "api.scaling.replicas");
  assert.equal(at("service api {\n  resources { cpu = 1, mem|ory = 2Gi }\n}"), "api.resources.memory");
  assert.equal(at("service api {\n  target cpu { utilization = 7|0% }\n}"), "api.target.cpu.utilization");
  assert.equal(at("service api {\n  demand peak = 1|0req/s\n}"), "api.demand.peak");
  assert.equal(at('service api {\n  labels "a.b/c" = "x|"\n}'), "api.labels.a.b/c");
});

test("what stands in strings and comments says nothing", () => {
  assert.equal(at('service api {\n  // scaling {\n  image = "{"\n  port = 8|0\n}'), "api.port");
  assert.equal(at('document d {\n  text = """\n  service x {\n  """\n  title = "t|"\n}'), "d.title");
});

test("overlays and bases belong to the declaration", () => {
  assert.equal(at("overlay staging {\n  service api from base { scaling { replicas = 1|..2 } }\n}"), "api.scaling.replicas");
  assert.equal(at("template service base {\n  final image = \"|a\"\n}"), "base.image");
});

test("a head is its declaration; between declarations there is none", () => {
  assert.equal(at("service api {\n}\n|\nservice b {\n}"), undefined);
  assert.equal(at("service a|pi {\n  x = 1\n}"), "api");
});

test("layers follow the longest way, and loops end", () => {
  assert.deepEqual(layers(4, [{ from: 0, to: 1 }, { from: 1, to: 2 }, { from: 0, to: 2 }, { from: 2, to: 3 }]), [0, 1, 2, 3]);
  assert.deepEqual(layers(2, [{ from: 0, to: 1 }, { from: 1, to: 0 }]), [0, 1]);
});
