// The playground: sources left; findings, outputs, where values come from and the graph right, all as they are typed.

import "./style.css";
import { ask, key, latest, type Graph, type Outputs, type Package, type Shown, type Why } from "./api";
import { byId, element, roving } from "./dom";
import { inFolders } from "./files";
import { GraphView } from "./graph";
import { configuration, languageOf, tokens } from "./language";
import * as monaco from "./monaco";
import { valueAt } from "./path";
import { range, Server, type Diagnostic } from "./server";
import { themes } from "./themes";
import { show as showWhy } from "./why";

self.MonacoEnvironment = { getWorker: () => new Worker("/worker.js") };

function status(text: string, sort: "" | "good" | "bad" = ""): void {
  const place = byId("status");
  place.textContent = text;
  place.className = sort;
}

const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? "" : "s"}`;

/** The lines (from 1) of `after` that are not as in `before`, between what both begin and end with. */
function differing(before: string[], after: string[]): number[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const lines = Array.from({ length: after.length - end - start }, (_, i) => start + 1 + i);
  // In equally long stretches, only the lines that differ.
  return after.length === before.length ? lines.filter((line) => before[line - 1] !== after[line - 1]) : lines;
}

async function main(): Promise<void> {
  // The key stays out of the history and of screenshots.
  history.replaceState(null, "", location.pathname);
  if (key === "") throw new Error("open the address that `ivs playground` printed, with all that follows #");
  const pack = await ask<Package>({ ask: "package" });
  byId("name").textContent = pack.name;
  document.title = `${pack.name} – ivs playground`;

  themes();
  monaco.languages.register({ id: "ivs", extensions: [".ivs"] });
  monaco.languages.setLanguageConfiguration("ivs", configuration);
  monaco.languages.setMonarchTokensProvider("ivs", tokens);
  const models = new Map(pack.files.map((f) => [f.path, monaco.editor.createModel(f.text, "ivs", monaco.Uri.parse(f.uri))]));
  const saved = new Map(pack.files.map((f) => [f.path, f.text]));
  const pathOf = (uri: monaco.Uri) => pack.files.find((f) => monaco.Uri.parse(f.uri).toString() === uri.toString())?.path;

  const common: monaco.editor.IStandaloneEditorConstructionOptions = { automaticLayout: true, minimap: { enabled: false }, scrollBeyondLastLine: false, fontSize: 13, tabSize: 2, fixedOverflowWidgets: true };
  const editor = monaco.editor.create(byId("editor"), { ...common, "semanticHighlighting.enabled": true, formatOnPaste: true, wordBasedSuggestions: "off", quickSuggestions: { strings: true, other: true, comments: false }, ariaLabel: "Source" });
  const output = monaco.editor.create(byId("output"), { ...common, readOnly: true, lineNumbers: "on", ariaLabel: "Output", renderLineHighlight: "all", readOnlyMessage: { value: "Outputs follow from the sources." } });

  // --- files
  const files = byId("files");
  const tabs = new Map<string, HTMLButtonElement>();
  const views = new Map<string, monaco.editor.ICodeEditorViewState | null>();
  let file = "";
  const openModel = (model: monaco.editor.ITextModel, at?: monaco.IRange | monaco.IPosition) => {
    const path = pathOf(model.uri) ?? "";
    if (editor.getModel() !== model) {
      if (file !== "") views.set(file, editor.saveViewState());
      editor.setModel(model);
      editor.updateOptions({ readOnly: path === "" });
      const view = views.get(path);
      if (view) editor.restoreViewState(view);
      file = path;
      for (const [name, tab] of tabs) {
        tab.setAttribute("aria-selected", String(name === path));
        tab.tabIndex = name === path ? 0 : -1;
      }
    }
    if (at !== undefined) {
      const whole = "startLineNumber" in at ? at : monaco.Range.fromPositions(at);
      editor.setSelection(whole);
      editor.revealRangeInCenterIfOutsideViewport(whole);
      editor.focus();
    }
  };
  const open = (path: string, line = 1, column = 1) => {
    const model = models.get(path);
    if (model) openModel(model, { lineNumber: line, column });
  };
  const tabOf = (path: string, name: string) => {
    const tab = element("button", { type: "button", role: "tab", title: path, onclick: () => openModel(models.get(path) as monaco.editor.ITextModel) }, name);
    tabs.set(path, tab);
    return tab;
  };
  files.append(...inFolders([...models.keys()], tabOf));
  files.hidden = pack.files.length === 1;
  roving(files);
  monaco.editor.registerEditorOpener({
    openCodeEditor: (_source, resource, at) => {
      const model = monaco.editor.getModel(resource);
      if (model) openModel(model, at);
      return model !== null;
    },
  });

  // --- views
  const chosen = (name: string) => {
    for (const button of byId("views").querySelectorAll("button")) {
      const is = button.id === `tab-${name}`;
      button.setAttribute("aria-selected", String(is));
      button.tabIndex = is ? 0 : -1;
      byId(button.getAttribute("aria-controls") ?? "").hidden = !is;
    }
  };
  for (const button of byId("views").querySelectorAll("button")) button.onclick = () => chosen(button.id.slice(4));
  roving(byId("views"));
  chosen("outputs");
  const graph = new GraphView(byId("view-graph"), open);

  // --- outputs, graph and provenance
  const environments = byId("environment") as HTMLSelectElement;
  environments.append(element("option", { value: "" }, "base"), ...pack.environments.map((e) => element("option", { value: e }, e)));
  let shown = "";
  let last: Outputs | undefined;
  const dirty = new Set<string>();
  // What changed last.
  const marks = output.createDecorationsCollection();
  const showOutput = (s: Shown) => {
    shown = s.path;
    const model = output.getModel();
    const language = languageOf(s.path);
    const view = output.saveViewState();
    const same = model?.uri.path === `/${s.path}`;
    // Prose has long lines.
    output.updateOptions({ wordWrap: ["markdown", "plaintext"].includes(language) ? "on" : "off" });
    if (same && model) {
      if (model.getValue() === s.text) return;
      model.setValue(s.text);
      if (view) output.restoreViewState(view);
    } else {
      output.setModel(monaco.editor.createModel(s.text, language, monaco.Uri.from({ scheme: "ivs-shown", path: `/${s.path}` })));
      model?.dispose();
      byId("line-why").replaceChildren();
    }
    const changed = typeof s.before === "string" ? differing(s.before.split("\n"), s.text.split("\n")) : [];
    marks.set(changed.map((line) => ({ range: new monaco.Range(line, 1, line, 1), options: { isWholeLine: true, className: "changed-line", overviewRuler: { color: "#0f5f8c", position: monaco.editor.OverviewRulerLane.Full } } })));
    if (changed[0] !== undefined) output.revealLineInCenterIfOutsideViewport(changed[0]);
    for (const button of byId("outputs").querySelectorAll("button")) button.setAttribute("aria-current", String(button.title === shown));
  };
  const look = async (path: string) => {
    try {
      showOutput((await ask<{ shown: Shown }>({ ask: "output", environment: environments.value, path })).shown);
    } catch (problem) {
      status(String(problem), "bad");
    }
  };
  const list = (outputs: Outputs) => {
    const sizes = new Map(outputs.files.map(({ path, bytes }) => [path, bytes]));
    const buttonOf = (path: string, name: string) =>
      element("button", { type: "button", title: path, className: outputs.changed.includes(path) ? "changed" : "", ariaCurrent: String(path === shown), ariaDescription: `${sizes.get(path)} bytes`, onclick: () => void look(path) }, name);
    byId("outputs").replaceChildren(...inFolders([...sizes.keys()], buttonOf));
    const stale = byId("stale");
    stale.hidden = outputs.errors === 0;
    stale.textContent = outputs.files.length === 0 ? "There are no outputs while something is wrong." : "Something is wrong: these are the outputs of before.";
  };
  const told = (outputs: Outputs) => {
    const warnings = outputs.warnings > 0 ? `, ${count(outputs.warnings, "warning")}` : "";
    if (outputs.errors > 0) status(count(outputs.errors, "error") + warnings, "bad");
    else status(count(outputs.files.length, "output") + warnings + (outputs.changed.length > 0 ? `, ${outputs.changed.length} changed` : ""), "good");
  };
  const refresh = latest(async () => {
    const texts = Object.fromEntries([...dirty].map((path) => [path, models.get(path)?.getValue() ?? ""]));
    dirty.clear();
    const environment = environments.value;
    try {
      const outputs = await ask<Outputs>({ ask: "build", environment, texts, show: shown });
      last = outputs;
      list(outputs);
      told(outputs);
      // What just changed is what one wants to see; at first, the output that there is most of.
      const most = [...outputs.files].sort((a, b) => b.bytes - a.bytes)[0]?.path;
      const next = outputs.shown === null || (outputs.changed.length > 0 && !outputs.changed.includes(shown)) ? (outputs.changed[0] ?? most) : undefined;
      if (next !== undefined) await look(next);
      else if (outputs.shown !== null) showOutput(outputs.shown);
      graph.set(await ask<Graph>({ ask: "graph", environment }));
      explain();
    } catch (problem) {
      for (const path of Object.keys(texts)) dirty.add(path);
      status(String(problem instanceof Error ? problem.message : problem), "bad");
    }
  });
  const explain = latest(async () => {
    const model = editor.getModel();
    const position = editor.getPosition();
    const into = byId("view-why");
    if (model === null || position === null || pathOf(model.uri) === undefined) return;
    const path = valueAt(model.getValue(), model.getOffsetAt(position));
    graph.point(path?.split(".")[0] ?? "");
    // The innermost that can be explained: a key may be one of something that has no layers of its own.
    for (let at = path; at !== undefined && at.includes("."); at = at.slice(0, at.lastIndexOf("."))) {
      try {
        const { values } = await ask<{ values: Why[] }>({ ask: "why", environment: environments.value, path: at });
        showWhy(into, values, open);
        return;
      } catch {
        continue;
      }
    }
    into.replaceChildren(element("p", {}, "Put the cursor on a field to see where its value comes from."));
  });
  const explainLine = latest(async () => {
    const line = output.getPosition()?.lineNumber;
    const into = byId("line-why");
    if (line === undefined || shown === "") return;
    try {
      const { values } = await ask<{ values: Why[] }>({ ask: "why", environment: environments.value, path: shown, line });
      showWhy(into, values, open);
    } catch (problem) {
      into.replaceChildren(element("p", {}, problem instanceof Error ? problem.message : String(problem)));
    }
  });
  editor.onDidChangeCursorPosition(explain);
  output.onDidChangeCursorPosition((event) => event.source !== "modelChange" && event.source !== "restoreState" && explainLine());

  // --- saving
  const save = byId("save") as HTMLButtonElement;
  const mark = () => {
    let edited = false;
    for (const [path, tab] of tabs) {
      const is = models.get(path)?.getValue() !== saved.get(path);
      tab.classList.toggle("edited", is);
      edited ||= is;
    }
    save.disabled = !edited;
  };
  save.hidden = !pack.writable;
  const saveAll = async () => {
    if (!pack.writable) return;
    for (const [path, model] of models) {
      const text = model.getValue();
      if (text === saved.get(path)) continue;
      try {
        await ask({ ask: "save", path, text });
        saved.set(path, text);
      } catch (problem) {
        status(problem instanceof Error ? problem.message : String(problem), "bad");
        return;
      }
    }
    mark();
    status("saved", "good");
  };
  save.onclick = () => void saveAll();
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => void saveAll());
  mark();

  for (const [path, model] of models) {
    model.onDidChangeContent(() => {
      dirty.add(path);
      mark();
      refresh();
    });
  }

  // --- findings
  const server = new Server(pack);
  const problems = byId("view-problems");
  const place = (uri: string, r: Diagnostic["range"]) => {
    const path = pathOf(monaco.Uri.parse(uri)) ?? uri;
    const text = `${path}:${r.start.line + 1}:${r.start.character + 1}`;
    return element("button", { type: "button", className: "place", onclick: () => open(path, r.start.line + 1, r.start.character + 1) }, text);
  };
  const fixes = async (uri: string, d: Diagnostic, into: HTMLElement) => {
    const actions = (await server.request("textDocument/codeAction", { textDocument: { uri }, range: d.range, context: { diagnostics: [d], only: ["quickfix"] } }).catch(() => null)) as any[] | null;
    for (const action of actions ?? []) {
      const apply = async () => {
        const whole = action.edit === undefined ? await server.request("codeAction/resolve", action) : action;
        if (whole.edit !== undefined) await server.apply(whole.edit);
        if (whole.command !== undefined) await server.request("workspace/executeCommand", whole.command);
      };
      into.append(element("button", { type: "button", className: "fix", onclick: () => void apply() }, `Fix: ${action.title}`));
    }
  };
  let generation = 0;
  server.onDiagnostics = () => {
    generation++;
    const mine = generation;
    const found = [...server.diagnostics].sort(([a], [b]) => (a < b ? -1 : 1));
    let total = 0;
    const entries = found.flatMap(([uri, diagnostics]) =>
      // Hints are shown in the text alone.
      diagnostics.filter((d) => d.severity !== 4).map((d) => {
        total++;
        const [head, ...rest] = d.message.split("\n");
        const actions = element("div", {});
        const entry = element(
          "div",
          { className: `finding ${d.severity === 1 ? "error" : "warning"}` },
          element("p", {}, element("strong", {}, head ?? ""), " ", element("span", { className: "code" }, d.code ?? "")),
          element("p", {}, place(uri, d.range)),
          rest.length > 0 && element("p", {}, rest.join("\n")),
          ...(d.relatedInformation ?? []).map((r) => element("p", {}, place(r.location.uri, r.location.range), ` ${r.message}`)),
          actions,
        );
        queueMicrotask(() => mine === generation && void fixes(uri, d, actions));
        return entry;
      }),
    );
    problems.replaceChildren(...(entries.length > 0 ? entries : [element("p", {}, "Nothing is wrong.")]));
    byId("count").textContent = total > 0 ? `(${total})` : "";
    for (const [path, tab] of tabs) {
      const uri = pack.files.find((f) => f.path === path)?.uri ?? "";
      tab.classList.toggle("wrong", (server.diagnostics.get(uri) ?? []).some((d) => d.severity === 1));
    }
  };
  server.onClose = () => status("the program has ended; start it again and load the page that it prints", "bad");
  // A lens that counts references asks to see them.
  monaco.editor.registerCommand("ivs.showReferences", (_accessor, uri: string, position: { line: number; character: number }) => {
    const path = pathOf(monaco.Uri.parse(uri));
    if (path === undefined) return;
    open(path, position.line + 1, position.character + 1);
    void editor.getAction("editor.action.goToReferences")?.run();
  });
  server.onCommand = (command, result) => {
    if (typeof result?.path === "string" && last?.files.some((f) => f.path === result.path)) {
      chosen("outputs");
      void look(result.path);
    } else if (typeof result?.text === "string") {
      chosen("outputs");
      showOutput({ path: result.name ?? command, text: result.text });
    } else if (typeof result?.message === "string") status(result.message);
  };
  environments.onchange = () => {
    server.choose(environments.value);
    refresh();
  };
  await server.connect();
  const first = pack.files.find((f) => /(^|\/)main\.ivs$/.test(f.path)) ?? pack.files[0];
  if (first) openModel(models.get(first.path) as monaco.editor.ITextModel);
  server.onDiagnostics();
  refresh();

  // --- width
  const divider = byId("divider");
  const widen = (width: number) => (byId("sources").style.width = `${Math.min(85, Math.max(15, width))}%`);
  divider.onpointerdown = (down) => {
    divider.setPointerCapture(down.pointerId);
    divider.onpointermove = (event) => widen((event.clientX / innerWidth) * 100);
    divider.onpointerup = () => (divider.onpointermove = null);
  };
  divider.onkeydown = (event) => {
    const step = { ArrowLeft: -5, ArrowRight: 5 }[event.key];
    if (step !== undefined) widen((byId("sources").offsetWidth / innerWidth) * 100 + step);
  };

  // For whoever drives the page by a program.
  Object.assign(window, { ivs: { editor, output, models, range, server } });
}

main().catch((problem: unknown) => status(problem instanceof Error ? problem.message : String(problem), "bad"));
