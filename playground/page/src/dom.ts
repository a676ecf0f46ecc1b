// Elements, briefly. Texts are always texts: nothing that comes from a source becomes markup.

type Content = Node | string | undefined | false;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<Omit<HTMLElementTagNameMap[Name], "style">> & { onclick?: () => void } = {},
  ...content: Content[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content.filter((c): c is Node | string => c !== undefined && c !== false));
  return made;
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

/** Makes a list of tabs one stop for the keyboard, whose arrows choose. */
export function roving(list: HTMLElement): void {
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.querySelectorAll<HTMLElement>("button")];
    const at = tabs.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const next = event.key === "Home" ? tabs[0] : event.key === "End" ? tabs.at(-1) : step && at >= 0 ? tabs[at + step] : undefined;
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    next.click();
  });
}
