// Starts `ivs lsp` and shows what it says. What ivs means is known by the server alone.

import { homedir } from "node:os";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions, State } from "vscode-languageclient/node";
import { commands } from "./commands";
import { environments } from "./environments";
import { find, isFile } from "./server";

let client: LanguageClient | undefined;

/** A place as the protocol has it. */
interface Place {
  line: number;
  character: number;
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const status = vscode.window.createStatusBarItem("ivs.environment", vscode.StatusBarAlignment.Left);
  status.name = "ivs environment";
  status.command = "ivs.chooseEnvironment";
  const show = () => {
    const environment = vscode.workspace.getConfiguration("ivs").get<string>("environment", "");
    status.text = `$(layers) ${environment === "" ? "base" : environment}`;
    status.tooltip = "The environment whose values hints, lenses and outputs show";
    if (vscode.window.activeTextEditor?.document.languageId === "ivs") status.show();
    else status.hide();
  };
  show();

  context.subscriptions.push(
    status,
    vscode.window.onDidChangeActiveTextEditor(show),
    vscode.commands.registerCommand("ivs.restart", restart),
    vscode.commands.registerCommand("ivs.showLog", () => client?.outputChannel.show()),
    vscode.commands.registerCommand("ivs.chooseEnvironment", chooseEnvironment),
    vscode.commands.registerCommand("ivs.playground", playground),
    vscode.commands.registerCommand("ivs.showReferences", showReferences),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      show();
      if (change.affectsConfiguration("ivs.server")) await restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.dispose();
  client = undefined;
}

/** The program of the settings, or `undefined` after the user was told why there is none. */
async function program(): Promise<string | undefined> {
  const found = find(vscode.workspace.getConfiguration("ivs").get<string>("server.path", "ivs"), {
    folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    home: homedir(),
    path: process.env["PATH"] ?? "",
    windows: process.platform === "win32",
    exists: isFile,
  });
  if ("command" in found) return found.command;
  const settings = "Open Settings";
  if ((await vscode.window.showErrorMessage(found.problem, settings)) === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "ivs.server.path");
  }
  return undefined;
}

async function start(): Promise<void> {
  const command = await program();
  if (command === undefined) return;
  const args = vscode.workspace.getConfiguration("ivs").get<string[]>("server.arguments", ["lsp"]);
  const server: ServerOptions = { command, args };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "ivs" },
      { scheme: "ivs-std", language: "ivs" },
      { scheme: "file", pattern: "**/ivs.toml" },
    ],
    synchronize: { configurationSection: "ivs" },
    // The library shows texts that are no files (the standard library, pages of codes, outputs) by `workspace/textDocumentContent`.
    initializationOptions: () => vscode.workspace.getConfiguration("ivs"),
    middleware: { executeCommand: commands },
  };
  client = new LanguageClient("ivs", "ivs", server, options);
  await client.start();
}

async function restart(): Promise<void> {
  if (client === undefined) return start();
  if (client.state === State.Running) await client.stop();
  await client.dispose();
  client = undefined;
  await start();
}

/** Shows places that a lens counts. */
async function showReferences(uri: string, position: Place, locations: { uri: string; range: { start: Place; end: Place } }[]): Promise<void> {
  const at = (place: Place) => new vscode.Position(place.line, place.character);
  const shown = locations.map((l) => new vscode.Location(vscode.Uri.parse(l.uri), new vscode.Range(at(l.range.start), at(l.range.end))));
  await vscode.commands.executeCommand("editor.action.showReferences", vscode.Uri.parse(uri), at(position), shown);
}

async function chooseEnvironment(): Promise<void> {
  const files = await vscode.workspace.findFiles("**/*.ivs", "**/{golden,node_modules}/**", 2000);
  const texts = await Promise.all(files.map(async (file) => Buffer.from(await vscode.workspace.fs.readFile(file)).toString("utf8")));
  const base = "base";
  const chosen = await vscode.window.showQuickPick([base, ...environments(texts)], {
    placeHolder: "The environment whose values hints, lenses and outputs show",
  });
  if (chosen === undefined) return;
  const value = chosen === base ? undefined : chosen;
  await vscode.workspace.getConfiguration("ivs").update("environment", value, vscode.ConfigurationTarget.Workspace);
}

async function playground(): Promise<void> {
  const command = await program();
  if (command === undefined) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const args = folder === undefined ? ["playground"] : ["playground", folder];
  const terminal = vscode.window.createTerminal({ name: "ivs playground", shellPath: command, shellArgs: args });
  terminal.show();
}
