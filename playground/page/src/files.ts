// Paths as a list of folders with their files.

import { element } from "./dom";

/** What `make` gives for each path (and the name of its file), under the name of its folder; files of no folder come first. */
export function inFolders(paths: string[], make: (path: string, name: string) => HTMLElement): HTMLElement[] {
  const folders = new Map<string, string[]>([["", []]]);
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const files = folders.get(folder) ?? [];
    files.push(path);
    folders.set(folder, files);
  }
  const sorted = [...folders].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([folder, files]) => [
    ...(folder === "" ? [] : [element("p", { className: "folder", title: folder }, folder)]),
    ...files.map((path) => {
      const button = make(path, path.slice(path.lastIndexOf("/") + 1));
      button.classList.toggle("inside", folder !== "");
      return button;
    }),
  ]);
}
