"""The table of docs/editors.md, held against what `ivs lsp` announces.

    python3 editors/test/capabilities.py target/debug/ivs [--write]

`--write` puts down what the server announces in the column of ivs.
"""

import json
import pathlib
import re
import select
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "editors.md"

# Where the capabilities say so: a path of keys. What an editor asks for beside it is set where it is needed.
WHERE = {
    "textDocument/didChange": lambda c: sync(c) == 2,
    "textDocument/publishDiagnostics": lambda c: sync(c) is not None,
    "textDocument/diagnostic": lambda c: bool(PULLED.get("diagnosticProvider")),
    "workspace/diagnostic": lambda c: bool((PULLED.get("diagnosticProvider") or {}).get("workspaceDiagnostics")),
    "completionItem/resolve": lambda c: bool((c.get("completionProvider") or {}).get("resolveProvider")),
    "textDocument/documentColor": lambda c: bool(c.get("colorProvider")),
    "codeAction/resolve": lambda c: resolves(c.get("codeActionProvider")),
    "codeLens/resolve": lambda c: resolves(c.get("codeLensProvider")),
    "inlayHint/resolve": lambda c: resolves(c.get("inlayHintProvider")),
    "textDocument/prepareRename": lambda c: isinstance(c.get("renameProvider"), dict) and bool(c["renameProvider"].get("prepareProvider")),
    "workspace/symbol": lambda c: bool(c.get("workspaceSymbolProvider")),
    "textDocument/formatting": lambda c: bool(c.get("documentFormattingProvider")),
    "textDocument/rangeFormatting": lambda c: bool(c.get("documentRangeFormattingProvider")),
    "textDocument/onTypeFormatting": lambda c: bool(c.get("documentOnTypeFormattingProvider")),
    "textDocument/semanticTokens/full": lambda c: bool((c.get("semanticTokensProvider") or {}).get("full")),
    "textDocument/semanticTokens/full/delta": lambda c: isinstance((c.get("semanticTokensProvider") or {}).get("full"), dict) and bool(c["semanticTokensProvider"]["full"].get("delta")),
    "textDocument/semanticTokens/range": lambda c: bool((c.get("semanticTokensProvider") or {}).get("range")),
    "textDocument/prepareCallHierarchy": lambda c: bool(c.get("callHierarchyProvider")),
    "textDocument/prepareTypeHierarchy": lambda c: "textDocument/prepareTypeHierarchy" in REGISTERED,
    "workspace/didChangeWorkspaceFolders": lambda c: bool(((c.get("workspace") or {}).get("workspaceFolders") or {}).get("supported")),
    "workspace/didChangeConfiguration": lambda c: "workspace/didChangeConfiguration" in REGISTERED,
    "workspace/didChangeWatchedFiles": lambda c: "workspace/didChangeWatchedFiles" in REGISTERED,
    "workspace/didCreateFiles": lambda c: bool(((c.get("workspace") or {}).get("fileOperations") or {}).get("didCreate")),
}
PULLED = {}
REGISTERED = set()


def resolves(found):
    return isinstance(found, dict) and bool(found.get("resolveProvider"))


def sync(c):
    found = c.get("textDocumentSync")
    return found.get("change") if isinstance(found, dict) else found


def message(body):
    text = json.dumps({"jsonrpc": "2.0", **body}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text)


def announced(ivs, settings):
    """What the server says that it can, and what it registers afterwards."""
    client = {
        "textDocument": {"typeHierarchy": {"dynamicRegistration": True}, "rename": {"prepareSupport": True}, "diagnostic": {}, "completion": {"completionItem": {"resolveSupport": {"properties": ["documentation"]}}}, "semanticTokens": {"requests": {"full": {"delta": True}, "range": True}, "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"]}},
        "workspace": {"workspaceFolders": True, "didChangeWatchedFiles": {"dynamicRegistration": True}, "didChangeConfiguration": {"dynamicRegistration": True}, "fileOperations": {"didCreate": True, "didRename": True, "didDelete": True}},
    }
    server = subprocess.Popen([ivs, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def say(body):
        server.stdin.write(message(body))

    def heard():
        size = 0
        while line := server.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        body = b""
        while len(body) < size:
            body += server.stdout.read(size - len(body))
        return json.loads(body)

    say({"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": client, "initializationOptions": settings}})
    answers = [heard()]
    say({"method": "initialized", "params": {}})
    # What is registered comes at once, in no set order; a second of silence is the end of it.
    while select.select([server.stdout], [], [], 1)[0]:
        answers.append(heard())
        if answers[-1].get("method") == "client/registerCapability":
            REGISTERED.update(r["method"] for r in answers[-1]["params"]["registrations"])
            say({"id": answers[-1]["id"], "result": None})
    say({"id": 3, "method": "shutdown"})
    while answers[-1].get("id") != 3 or "result" not in answers[-1]:
        answers.append(heard())
    say({"method": "exit"})
    server.wait(timeout=60)
    return next(a["result"]["capabilities"] for a in answers if a.get("id") == 1 and "result" in a)


def main():
    ivs, write = sys.argv[1], "--write" in sys.argv
    capabilities = announced(ivs, {})
    PULLED.update(announced(ivs, {"diagnostics": "pull"}))
    lines, rows, missing, wrong = PAGE.read_text().split("\n"), 0, [], []
    for i, line in enumerate(lines):
        row = re.match(r"\| (.*): `(\w+/[\w/]+)` \| (.) \| (.*) \|$", line)
        if not row:
            continue
        rows += 1
        title, method, cell, others = row.groups()
        name = method.split("/")[1] + "Provider"
        can = WHERE.get(method, lambda c: bool(c.get(name)))(capabilities)
        mark = "●" if can else "–"
        if write:
            lines[i] = f"| {title}: `{method}` | {mark} | {others} |"
        elif cell != mark:
            wrong.append(f"{method}: the table says {cell}, the server {mark}")
        if not can and re.search("[●○]", others):
            missing.append(method)
    if write:
        PAGE.write_text("\n".join(lines))
    for w in wrong:
        print(f"FAILED: {w}", file=sys.stderr)
    print(f"{rows} methods; {len(wrong)} wrong; others have and ivs has not: {', '.join(missing) or 'none'}")
    sys.exit(1 if wrong or rows < 30 else 0)


main()
