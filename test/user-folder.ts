// A folder as a user has it: nothing but our packed packages, installed by plain npm.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packages } from "./workspace-packages.ts";

const run = promisify(execFile);

/** Six tarballs and the folder that they are installed in. */
export interface UserFolder {
  readonly path: string;
  /** Absolute path of each package's tarball, by npm name. */
  readonly tarballs: ReadonlyMap<string, string>;
  /** Runs a command in the folder, with a user's environment; rejects when it fails, with its output in the message. */
  run(command: string, args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Packs every built package and installs the tarballs into an empty temporary folder. */
export async function makeUserFolder(): Promise<UserFolder> {
  const path = await mkdtemp(join(tmpdir(), "opte-user-"));
  const env = userEnvironment();
  const folder: UserFolder = {
    path,
    tarballs: new Map(packages.map(({ name, manifest }) => [name, join(path, `${name}-${manifest.version}.tgz`)])),
    run: async (command, args) => (await run(command, [...args], { cwd: path, env })).stdout,
    remove: () => rm(path, { recursive: true, force: true }),
  };
  await folder.run("npm", ["pack", "--silent", "--pack-destination", path, ...packages.map((each) => each.path)]);
  await writeFile(join(path, "package.json"), `{ "private": true, "type": "module" }\n`);
  await folder.run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...folder.tarballs.values()]);
  return folder;
}

/** This process's environment without what `npm run`, turbo and vitest put into it. */
function userEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:npm_|turbo_|vitest|node_options$|node_env$)/i.test(name)),
  );
}
