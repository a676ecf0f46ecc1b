// Declarations as boxes, what refers to what as lines; in layers, so that what is used stands right of what uses it.

import type { Graph } from "./api";
import { element } from "./dom";

const WIDTH = 170;
const HEIGHT = 36;
const GAP_X = 60;
const GAP_Y = 12;
/** More than this is no picture any more: the neighbourhood of the cursor is shown. */
const MANY = 150;
/** A smaller picture cannot be read. */
const SMALLEST = 0.6;

export interface Shown {
  canvas: SVGSVGElement;
}

const svg = (name: string, attributes: Record<string, string | number>, ...content: (Node | string)[]) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...content);
  return made;
};

/** Layers by the longest way to each node; a loop is cut where it is entered. */
export function layers(count: number, edges: { from: number; to: number }[]): number[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) if (from !== to) out[from]?.push(to);
  const layer = new Array<number>(count).fill(0);
  const state = new Array<number>(count).fill(0);
  const order: number[] = [];
  const forward: number[][] = Array.from({ length: count }, () => []);
  for (let root = 0; root < count; root++) {
    if (state[root] !== 0) continue;
    const stack: [number, number][] = [[root, 0]];
    state[root] = 1;
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as [number, number];
      const next = out[top[0]]?.[top[1]++];
      if (next === undefined) {
        state[top[0]] = 2;
        order.push(top[0]);
        stack.pop();
      } else if (state[next] !== 1) {
        forward[top[0]]?.push(next);
        if (state[next] === 0) {
          state[next] = 1;
          stack.push([next, 0]);
        }
      }
    }
  }
  for (const node of order.reverse()) {
    for (const next of forward[node] ?? []) layer[next] = Math.max(layer[next] ?? 0, (layer[node] ?? 0) + 1);
  }
  return layer;
}

/** The nodes at most `steps` away from one, in either direction. */
function around(graph: Graph, start: number, steps: number): Set<number> {
  const found = new Set([start]);
  for (let step = 0; step < steps; step++) {
    const reached = graph.edges.filter((e) => found.has(e.from) || found.has(e.to)).flatMap((e) => [e.from, e.to]);
    for (const node of reached) found.add(node);
  }
  return found;
}

export class GraphView {
  private graph: Graph = { nodes: [], edges: [] };
  private here = "";
  private readonly kinds = element("select", { ariaLabel: "Kind" });
  private readonly note = element("span", {});
  private readonly canvas = element("div", { className: "canvas" });

  constructor(into: HTMLElement, private readonly open: (path: string, line: number) => void) {
    const form = element("form", { onsubmit: (e: Event) => e.preventDefault() } as object, element("label", {}, "Kind ", this.kinds), this.note);
    this.kinds.onchange = () => this.draw();
    into.append(form, this.canvas);
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  set(graph: Graph): void {
    this.graph = graph;
    const chosen = this.kinds.value;
    const kinds = [...new Set(graph.nodes.map((n) => n.kind))].sort();
    this.kinds.replaceChildren(element("option", { value: "" }, "all"), ...kinds.map((k) => element("option", { value: k }, k)));
    this.kinds.value = kinds.includes(chosen) ? chosen : "";
    this.draw();
  }

  /** The declaration that the cursor is in. */
  point(name: string): void {
    if (name === this.here) return;
    this.here = name;
    this.draw();
  }

  /** Makes the picture as wide as there is room, as long as it can be read. */
  private fit(): void {
    const picture = this.canvas.querySelector("svg");
    const room = this.canvas.clientWidth;
    if (picture === null || room === 0) return;
    const { width, height } = picture.viewBox.baseVal;
    const scale = Math.min(1, Math.max(SMALLEST, room / width));
    picture.setAttribute("width", String(Math.floor(width * scale)));
    picture.setAttribute("height", String(Math.floor(height * scale)));
  }

  private draw(): void {
    const { nodes, edges } = this.graph;
    const start = nodes.findIndex((n) => n.name === this.here);
    const linked = new Set(edges.flatMap((e) => [e.from, e.to]));
    const kind = this.kinds.value;
    let chosen = nodes.map((_, i) => i).filter((i) => linked.has(i) || nodes[i]?.declared);
    if (kind !== "") {
      const of = new Set(chosen.filter((i) => nodes[i]?.kind === kind));
      const near = new Set(edges.filter((e) => of.has(e.from) || of.has(e.to)).flatMap((e) => [e.from, e.to]));
      chosen = chosen.filter((i) => of.has(i) || near.has(i));
    }
    const all = chosen.length;
    if (all > MANY && start >= 0) {
      const near = around(this.graph, start, 2);
      chosen = chosen.filter((i) => near.has(i));
    }
    chosen = chosen.slice(0, MANY);
    this.note.textContent = chosen.length < all ? `${chosen.length} of ${all} declarations: around the cursor` : `${all} declarations, ${edges.length} references`;

    const index = new Map(chosen.map((node, i) => [node, i]));
    const lines = edges.flatMap((e) => {
      const from = index.get(e.from);
      const to = index.get(e.to);
      return from === undefined || to === undefined ? [] : [{ from, to, field: e.field }];
    });
    const layer = layers(chosen.length, lines);
    const rows: number[][] = [];
    chosen.forEach((_, i) => (rows[layer[i] ?? 0] ??= []).push(i));
    const row = new Array<number>(chosen.length).fill(0);
    const settle = () => rows.forEach((r) => r.forEach((i, at) => (row[i] = at)));
    settle();
    for (let sweep = 0; sweep < 4; sweep++) {
      for (const r of rows) {
        const weight = (i: number) => {
          const near = lines.filter((l) => l.from === i || l.to === i).map((l) => row[l.from === i ? l.to : l.from] ?? 0);
          return near.length === 0 ? (row[i] ?? 0) : near.reduce((a, b) => a + b, 0) / near.length;
        };
        const by = new Map(r.map((i) => [i, weight(i)]));
        r.sort((a, b) => (by.get(a) ?? 0) - (by.get(b) ?? 0) || a - b);
      }
      settle();
    }
    const x = (i: number) => 10 + (layer[i] ?? 0) * (WIDTH + GAP_X);
    const y = (i: number) => 10 + (row[i] ?? 0) * (HEIGHT + GAP_Y);
    const here = index.get(start);
    const near = new Set(lines.filter((l) => l.from === here || l.to === here).flatMap((l) => [l.from, l.to]));
    const width = 20 + Math.max(1, rows.length) * (WIDTH + GAP_X) - GAP_X;
    const height = 20 + Math.max(0, ...rows.map((r) => r.length)) * (HEIGHT + GAP_Y);
    const picture = svg("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": "What refers to what",
    });
    for (const l of lines) {
      const [x1, y1, x2, y2] = [x(l.from) + WIDTH, y(l.from) + HEIGHT / 2, x(l.to), y(l.to) + HEIGHT / 2];
      const bend = Math.max(30, Math.abs(x2 - x1) / 2);
      const marked = here !== undefined && (l.from === here || l.to === here);
      picture.append(svg("path", { d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, class: marked ? "near" : "" }, svg("title", {}, `${nodes[chosen[l.from] ?? 0]?.name}.${l.field} → ${nodes[chosen[l.to] ?? 0]?.name}`)));
    }
    chosen.forEach((n, i) => {
      const node = nodes[n];
      if (node === undefined) return;
      const group = svg(
        "g",
        { class: `node${i === here ? " here" : near.has(i) ? " near" : ""}`, transform: `translate(${x(i)} ${y(i)})`, tabindex: 0, role: "button", "aria-label": `${node.kind} ${node.name}` },
        svg("rect", { width: WIDTH, height: HEIGHT, rx: 4 }),
        svg("text", { x: 8, y: 15 }, node.name.length > 25 ? `${node.name.slice(0, 24)}…` : node.name),
        svg("text", { x: 8, y: 29, class: "kind" }, node.kind),
        svg("title", {}, node.title ?? node.name),
      );
      const go = () => node.path !== null && this.open(node.path, node.line);
      group.addEventListener("click", go);
      group.addEventListener("keydown", (event) => (event as KeyboardEvent).key === "Enter" && go());
      picture.append(group);
    });
    this.canvas.replaceChildren(picture);
    this.fit();
  }
}
