// What the program is asked, and answers; playground/src/answer.rs has the other end.

export interface Source {
  path: string;
  uri: string;
  text: string;
}
export interface Package {
  name: string;
  uri: string;
  files: Source[];
  writable: boolean;
  environments: string[];
}
export interface Shown {
  path: string;
  text: string;
  before?: string | null;
}
export interface Outputs {
  errors: number;
  warnings: number;
  files: { path: string; bytes: number }[];
  changed: string[];
  shown: Shown | null;
}
export interface Layer {
  origin: string;
  role: "decides" | "adds" | "amends" | "overridden";
  value: string;
  path: string;
  own: boolean;
  line: number;
  column: number;
  source: string;
}
export interface Why {
  path: string;
  value: string;
  layers: Layer[];
  reads: Why[];
  cut: boolean;
}
export interface Graph {
  nodes: { name: string; kind: string; title: string | null; declared: boolean; path: string | null; line: number }[];
  edges: { from: number; to: number; field: string }[];
}

/** The key of the page's address; it is taken out of what the browser shows, and kept for this tab alone. */
export const key = location.hash.slice(1) || (sessionStorage.getItem("key") ?? "");
sessionStorage.setItem("key", key);

/** Asks the program. */
export async function ask<Answer>(question: { ask: string; [name: string]: unknown }): Promise<Answer> {
  const response = await fetch("/ask", { method: "POST", headers: { "X-Ivs-Key": key }, body: JSON.stringify(question) });
  if (!response.ok) throw new Error(response.status === 403 ? "the address has no key, or that of another run" : response.statusText);
  const answer = (await response.json()) as Answer & { problem?: string };
  if (answer.problem !== undefined) throw new Error(answer.problem);
  return answer;
}

/** Asks one question at a time: those that come meanwhile are answered by the last of them. */
export function latest(question: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await question();
    } while (again);
    running = false;
  };
  return () => void run();
}
