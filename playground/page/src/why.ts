// Where values come from.

import type { Layer, Why } from "./api";
import { element } from "./dom";

const MARKS = { decides: "●", adds: "+", amends: "+", overridden: "○" };

/** Opens a place of a source. */
export type Open = (path: string, line: number, column: number) => void;

function layer(l: Layer, open: Open): HTMLElement {
  const place = `${l.path}:${l.line}:${l.column}`;
  const says = l.role === "overridden" ? `${l.origin}, overridden: ${l.value}` : l.role === "decides" ? l.origin : `${l.origin}, ${l.role === "adds" ? "added" : "amended"}`;
  return element(
    "li",
    { className: l.role },
    `${MARKS[l.role]} ${says} — `,
    l.own ? element("button", { type: "button", className: "place", onclick: () => open(l.path, l.line, l.column) }, place) : place,
    element("div", { className: "source" }, l.source),
  );
}

function value(w: Why, open: Open): HTMLElement {
  return element(
    "div",
    { className: "why" },
    element("div", { className: "value" }, w.value === "" ? w.path : `${w.path} = ${w.value}`),
    element("ul", {}, ...w.layers.map((l) => layer(l, open))),
    w.reads.length > 0 && element("div", { className: "reads" }, ...w.reads.map((r) => value(r, open))),
  );
}

/** Shows values in a place of the page. */
export function show(into: HTMLElement, values: Why[], open: Open): void {
  into.replaceChildren(...values.map((w) => value(w, open)));
}
