// How the server is started: what the settings say, made a command.

import { existsSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** What a command line is made from. */
export interface Place {
  /** The first folder of the workspace. */
  folder: string | undefined;
  home: string;
  /** The folders of `PATH`, as the environment has them. */
  path: string;
  windows: boolean;
  /** Whether a file is there. */
  exists: (file: string) => boolean;
}

/** A program that can be started, or why none can be. */
export type Found = { command: string } | { problem: string };

/** Whether a path is a file. */
export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** The program that `ivs.server.path` means. */
export function find(setting: string, place: Place): Found {
  let path = setting.trim() || "ivs";
  if (path === "~" || path.startsWith("~/")) path = join(place.home, path.slice(1));
  if (path.includes("${workspaceFolder}")) {
    if (place.folder === undefined) return { problem: "`ivs.server.path` names ${workspaceFolder}, but no folder is open." };
    path = path.replaceAll("${workspaceFolder}", place.folder);
  }
  const suffixes = place.windows ? ["", ".exe"] : [""];
  if (!/[/\\]/.test(path)) {
    for (const folder of place.path.split(delimiter).filter((f) => f !== "")) {
      for (const suffix of suffixes) {
        const file = join(folder, path + suffix);
        if (place.exists(file)) return { command: file };
      }
    }
    return { problem: `There is no \`${path}\` in PATH. Install ivs, or set \`ivs.server.path\`.` };
  }
  const file = isAbsolute(path) ? path : resolve(place.folder ?? place.home, path);
  for (const suffix of suffixes) {
    if (place.exists(file + suffix)) return { command: file + suffix };
  }
  return { problem: `\`ivs.server.path\` is ${file}, which is not there.` };
}
