// Commands of the server: they get the place of the cursor where they are called without one, and texts that they
// answer with are shown beside the source.

import * as vscode from "vscode";
import { answer } from "./answer";

/** Runs a command of the server and shows what it answers. */
export async function commands(
  command: string,
  args: unknown[],
  next: (command: string, args: unknown[]) => vscode.ProviderResult<unknown>,
): Promise<unknown> {
  const editor = vscode.window.activeTextEditor;
  if (args.length === 0 && editor !== undefined) {
    const { line, character } = editor.selection.active;
    args = [{ uri: editor.document.uri.toString(), position: { line, character } }];
  }
  const result = await next(command, args);
  const shown = answer(result);
  if (shown === undefined) return result;
  if (shown.message !== undefined) void vscode.window.showInformationMessage(shown.message);
  if (shown.uri !== undefined) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(shown.uri));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  } else if (shown.text !== undefined) {
    const document = await vscode.workspace.openTextDocument({ content: shown.text, language: shown.language });
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }
  return result;
}
