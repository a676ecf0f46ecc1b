// What words look like: by the tokens of `language.ts` at first, by what the server says that they are from then on.

import * as monaco from "./monaco";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Colours of the sorts that both know, so that nothing changes its colour when the server answers. */
const palette = (c: { type: string; name: string; field: string; member: string; number: string; call: string; text: string; mark: string; soft: string }): Record<string, string> => ({
  type: c.type,
  class: c.type,
  struct: c.type,
  enum: c.type,
  interface: c.name,
  namespace: c.type,
  "identifier.name": c.name,
  "variable.declaration": c.name,
  "interface.declaration": c.name,
  variable: c.text,
  parameter: c.text,
  property: c.field,
  "attribute.name": c.field,
  enumMember: c.member,
  unit: c.number,
  function: c.call,
  event: c.call,
  decorator: c.mark,
  annotation: c.mark,
  operator: c.soft,
});

const rules = (colours: Record<string, string>) => Object.entries(colours).map(([token, foreground]) => ({ token, foreground }));

/** Defines the themes, and follows what the system prefers. */
export function themes(): void {
  const light = palette({ type: "0e7490", name: "166534", field: "0f5f8c", member: "7c3aed", number: "098658", call: "795e26", text: "1c1917", mark: "8a5a00", soft: "57534e" });
  const night = palette({ type: "4ec9b0", name: "86efac", field: "9cdcfe", member: "c4b5fd", number: "b5cea8", call: "dcdcaa", text: "e7e5e4", mark: "e5b567", soft: "a8a29e" });
  monaco.editor.defineTheme("ivs-light", { base: "vs", inherit: true, colors: { "editor.background": "#ffffff" }, rules: rules(light) });
  monaco.editor.defineTheme("ivs-dark", { base: "vs-dark", inherit: true, colors: {}, rules: rules(night) });
  const choose = () => monaco.editor.setTheme(dark.matches ? "ivs-dark" : "ivs-light");
  choose();
  dark.addEventListener("change", choose);
}
