// Which value stands at a place of a source: `text-service.scaling.replicas`.

/** A token that says something about the structure. */
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|#"[\s\S]*?"#|"""[\s\S]*?"""|"(?:\\.|\$\{[^}]*\}|[^"\\\n])*"|[A-Za-z_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9]))*|\+=|==|[={}\n,:.?]|[^\s]/g;

interface Frame {
  /** Names that lead to what is in the block. */
  names: string[];
  /** Whether the block holds declarations. */
  items: boolean;
}

const word = (token: string) => /^[A-Za-z_]/.test(token);
const unquoted = (token: string) => token.replace(/^"|"$/g, "");

/** The path of the value whose entry stands at `offset`, or of the declaration; `undefined` outside of one. */
export function valueAt(text: string, offset: number): string | undefined {
  const frames: Frame[] = [{ names: [], items: true }];
  // The words of the entry that is being read, until its `=` or `{`.
  let head: string[] = [];
  let set = false;
  let found: string[] | undefined;
  const path = () => [...frames.flatMap((f) => f.names), ...(frames.at(-1)?.items ? [] : head.map(unquoted))];
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    const end = match.index + token.length;
    const passed = match.index >= offset;
    if (passed && (token === "\n" || token === "}" || token === ",")) {
      found = path();
      break;
    }
    if (token.startsWith("//") || token.startsWith("/*")) continue;
    const frame = frames.at(-1);
    if (frame === undefined) break;
    if (token === "{") {
      if (frame.items) {
        // `service x from y {`; an overlay and a test hold declarations, what else begins with a keyword has no values.
        const [kind, name] = head[0] === "template" ? head.slice(1) : head;
        if (kind === "overlay" || kind === "test") frames.push({ names: [], items: true });
        else frames.push({ names: name === undefined ? [] : [name], items: false });
      } else frames.push({ names: set ? [] : head.map(unquoted), items: false });
      head = [];
      set = false;
    } else if (token === "}") {
      if (frames.length > 1) frames.pop();
      head = [];
      set = false;
    } else if (token === "=" || token === "+=" || token === ":") set = true;
    else if (token === "\n" || token === ",") {
      if (!passed || end <= offset) {
        head = [];
        set = false;
      }
    } else if (!set && (word(token) || token.startsWith('"'))) {
      if (!(head.length === 0 && token === "final")) head.push(token);
    }
  }
  found ??= path();
  return found.length === 0 ? undefined : found.join(".");
}
