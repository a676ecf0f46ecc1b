// What a command of the server answered, and how it is shown.

/** Something to show: a document by address, a text, or a message. */
export interface Shown {
  uri?: string;
  text?: string;
  language?: string;
  message?: string;
}

const LANGUAGES: Record<string, string> = {
  json: "json",
  md: "markdown",
  mmd: "markdown",
  sql: "sql",
  svg: "xml",
  tf: "terraform",
  yaml: "yaml",
  yml: "yaml",
};

/** The language of a file by its name; plain text where there is none. */
export function languageOf(name: string): string {
  return LANGUAGES[/\.([a-z]+)$/.exec(name)?.[1] ?? ""] ?? "plaintext";
}

/** What to show of an answer; `undefined` where there is nothing. */
export function answer(result: unknown): Shown | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  const { uri, text, language, name, message } = result as Record<string, unknown>;
  const shown: Shown = {};
  if (typeof message === "string") shown.message = message;
  if (typeof uri === "string") shown.uri = uri;
  else if (typeof text === "string") {
    shown.text = text;
    shown.language = typeof language === "string" ? language : languageOf(typeof name === "string" ? name : "");
  }
  return Object.keys(shown).length === 0 ? undefined : shown;
}
