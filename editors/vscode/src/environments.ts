// Which environments a package declares, as far as its texts tell.

/** The names of `environment NAME …` at the beginnings of lines, sorted, each once. */
export function environments(texts: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const match of text.matchAll(/^environment[ \t]+([A-Za-z_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9]))*)/gm)) {
      if (match[1] !== undefined) found.add(match[1]);
    }
  }
  return [...found].sort();
}
