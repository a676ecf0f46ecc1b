// The language server behind Monaco's own client.
//
// That client opens every model, writes addresses in lower case, and asks about documents that it never was given; here
// its messages are brought in order: addresses are those of the package, and what is not of it is none of the server's.

import { MonacoLspClient, WebSocketTransport } from "../node_modules/monaco-editor/esm/external/monaco-lsp-client/out/index.js";
import { key, type Package } from "./api";
import * as monaco from "./monaco";

interface Message {
  id?: number | string;
  method?: string;
  params?: any;
  result?: any;
  error?: { message: string };
}
export interface Diagnostic {
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
  severity?: number;
  code?: string;
  message: string;
  relatedInformation?: { location: { uri: string; range: Diagnostic["range"] }; message: string }[];
}

export class Server {
  private socket: WebSocket | undefined;
  private readonly adapter: { onmessage?: (event: { data: string }) => void; onclose?: (event: unknown) => void; send: (text: string, done?: (error?: Error) => void) => void; close: () => void; url: string };
  private readonly own = new Map<string, string>();
  private readonly waiting = new Map<string, (message: Message) => void>();
  private next = 1;
  environment = "";
  /** What is wrong, by address. */
  readonly diagnostics = new Map<string, Diagnostic[]>();
  /** Commands that the server runs. */
  commands: string[] = [];
  onDiagnostics: () => void = () => {};
  onReady: () => void = () => {};
  onClose: () => void = () => {};
  /** A result of a command that a lens or an action ran. */
  onCommand: (command: string, result: any) => void = () => {};

  constructor(private readonly pack: Package) {
    for (const file of pack.files) this.own.set(this.plain(file.uri), file.uri);
    this.adapter = {
      url: "lsp",
      close: () => this.socket?.close(),
      send: (text, done) => {
        this.fromClient(JSON.parse(text) as Message);
        done?.();
      },
    };
  }

  async connect(): Promise<void> {
    const socket = new WebSocket(`ws://${location.host}/lsp?${key}`);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("the language server does not answer"));
    });
    this.socket = socket;
    socket.onmessage = (event) => void this.fromServer(JSON.parse(event.data as string) as Message);
    socket.onclose = (event) => {
      this.adapter.onclose?.(event);
      this.onClose();
    };
    new MonacoLspClient(WebSocketTransport.fromWebSocket(this.adapter));
  }

  /** Sends a request of the page's own. */
  request(method: string, params: unknown): Promise<any> {
    const id = `page-${this.next++}`;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (message) => (message.error ? reject(new Error(message.error.message)) : resolve(message.result)));
      this.write({ id, method, params });
    });
  }

  /** Tells the server which environment's values are shown. */
  choose(environment: string): void {
    this.environment = environment;
    this.write({ method: "workspace/didChangeConfiguration", params: { settings: { ivs: { environment } } } });
  }

  private write(message: Message): void {
    this.socket?.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  private toClient(message: Message): void {
    this.adapter.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", ...message }) });
  }

  /** An address as the client's tables have it. */
  private plain(uri: string): string {
    return monaco.Uri.parse(uri).toString(true).toLowerCase();
  }

  private fromClient(message: Message): void {
    const { id, method, params } = message;
    if (method === "initialize") {
      params.workspaceFolders = [{ uri: this.pack.uri, name: this.pack.name }];
      params.rootUri = this.pack.uri;
      params.initializationOptions = { environment: this.environment, virtualDocuments: true };
      params.capabilities.general = { positionEncodings: ["utf-16"] };
      params.capabilities.textDocument.publishDiagnostics = { relatedInformation: true, codeDescriptionSupport: true };
      params.capabilities.workspace = { ...params.capabilities.workspace, configuration: true, workspaceEdit: {} };
      delete params.capabilities.textDocument.diagnostic;
    }
    const uri: string | undefined = params?.textDocument?.uri;
    if (uri !== undefined) {
      const real = this.own.get(this.plain(uri)) ?? (uri.startsWith("ivs-std:") && id !== undefined ? uri : undefined);
      if (real === undefined) {
        if (id !== undefined) queueMicrotask(() => this.toClient({ id, result: null }));
        return;
      }
      params.textDocument.uri = real;
    }
    if (method === "textDocument/codeAction") {
      // The client leaves out the codes; the server knows better what is wrong there.
      const near = this.diagnostics.get(params.textDocument.uri) ?? [];
      const meets = (d: Diagnostic) => d.range.start.line <= params.range.end.line && d.range.end.line >= params.range.start.line;
      params.context.diagnostics = near.filter(meets);
    }
    this.write(message);
  }

  private async fromServer(message: Message): Promise<void> {
    const { id, method, params } = message;
    if (id !== undefined && method === undefined && this.waiting.has(String(id))) {
      this.waiting.get(String(id))?.(message);
      this.waiting.delete(String(id));
      return;
    }
    if (method === "textDocument/publishDiagnostics") {
      const list = params.diagnostics as Diagnostic[];
      if (list.length === 0) this.diagnostics.delete(params.uri);
      else this.diagnostics.set(params.uri, list);
      const model = monaco.editor.getModel(monaco.Uri.parse(params.uri));
      if (model !== null) monaco.editor.setModelMarkers(model, "ivs", list.map(marker));
      this.onDiagnostics();
      return;
    }
    if (method === "workspace/configuration") {
      this.write({ id, result: params.items.map(() => ({ environment: this.environment })) } as Message);
      return;
    }
    if (method !== undefined && id !== undefined && method !== "workspace/applyEdit") {
      // Refreshes, progress, registrations: what is asked for again is asked for at every edit.
      this.write({ id, result: null } as Message);
      return;
    }
    if (method === "workspace/applyEdit") {
      await this.apply(params.edit);
      this.write({ id, result: { applied: true } } as Message);
      return;
    }
    if (method !== undefined) return;
    if (message.result?.capabilities !== undefined) {
      this.commands = message.result.capabilities.executeCommandProvider?.commands ?? [];
      for (const command of this.commands) this.register(command);
      // Findings are pushed: all of the package, not of the file that is looked at.
      delete message.result.capabilities.diagnosticProvider;
      queueMicrotask(() => this.onReady());
    }
    await this.known(message.result);
    this.toClient({ ...message, result: this.back(message.result) });
  }

  private register(command: string): void {
    monaco.editor.registerCommand(command, async (_accessor, ...args: unknown[]) => {
      this.onCommand(command, await this.request("workspace/executeCommand", { command, arguments: args }));
    });
  }

  /** Makes models of texts of the library that an answer points to. */
  private async known(result: unknown): Promise<void> {
    const found = new Set<string>();
    visit(result, (uri) => {
      if (uri.startsWith("ivs-std:")) found.add(uri);
    });
    for (const uri of found) {
      if (monaco.editor.getModel(monaco.Uri.parse(uri)) !== null) continue;
      const content = await this.request("ivs/content", { uri }).catch(() => undefined);
      if (content?.text !== undefined) monaco.editor.createModel(content.text, "ivs", monaco.Uri.parse(uri));
    }
  }

  /** The same with addresses as the client's tables have them. */
  private back<T>(result: T): T {
    return visit(result, (uri) => (this.own.has(this.plain(uri)) || uri.startsWith("ivs-std:") ? monaco.Uri.parse(uri).toString(true) : uri)) as T;
  }

  /** Makes a change of several sources. */
  async apply(edit: any): Promise<void> {
    const changes: [string, any[]][] = [
      ...Object.entries((edit.changes ?? {}) as Record<string, any[]>),
      ...((edit.documentChanges ?? []) as any[]).map((c) => [c.textDocument.uri, c.edits] as [string, any[]]),
    ];
    for (const [uri, edits] of changes) {
      const model = monaco.editor.getModel(monaco.Uri.parse(uri));
      model?.pushEditOperations(
        null,
        edits.map((e) => ({ range: range(e.range), text: e.newText })),
        () => null,
      );
    }
  }
}

/** A range as Monaco counts. */
export function range(r: Diagnostic["range"]): monaco.Range {
  return new monaco.Range(r.start.line + 1, r.start.character + 1, r.end.line + 1, r.end.character + 1);
}

function marker(d: Diagnostic): monaco.editor.IMarkerData {
  const severities = [8, 8, 4, 2, 1];
  return {
    ...range(d.range),
    startLineNumber: d.range.start.line + 1,
    startColumn: d.range.start.character + 1,
    endLineNumber: d.range.end.line + 1,
    endColumn: d.range.end.character + 1,
    message: d.message,
    code: d.code,
    source: "ivs",
    severity: severities[d.severity ?? 1] as monaco.MarkerSeverity,
    relatedInformation: d.relatedInformation?.map((r) => ({
      resource: monaco.Uri.parse(r.location.uri),
      message: r.message,
      startLineNumber: r.location.range.start.line + 1,
      startColumn: r.location.range.start.character + 1,
      endLineNumber: r.location.range.end.line + 1,
      endColumn: r.location.range.end.character + 1,
    })),
  };
}

/** Every address in an answer, replaced by what `f` makes of it, if anything. */
function visit(value: unknown, f: (uri: string) => string | void): unknown {
  if (Array.isArray(value)) return value.map((v) => visit(v, f));
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    if ((name === "uri" || name === "targetUri") && typeof inner === "string") out[name] = f(inner) ?? inner;
    else if (name === "changes" && typeof inner === "object" && inner !== null && !Array.isArray(inner)) {
      out[name] = Object.fromEntries(Object.entries(inner).map(([uri, edits]) => [f(uri) ?? uri, edits]));
    } else out[name] = visit(inner, f);
  }
  return out;
}
