// File modes as privilege, shown by processes of another user on the built programs: who may not open the admin socket, reads.

import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requirement } from "./requirement.ts";
import { ROOT } from "./workspace-packages.ts";
import { XdedProcess } from "./xded-process.ts";

const OPTEADM = join(ROOT, "packages/opteadm/dist/cli.js");
/** Ids of which a machine knows nothing but what the modes of files say. */
const [OPERATOR, READER, STRANGER] = [54_321, 54_322, 54_323];

let folder: string;
let xded: XdedProcess;

/** Runs opteadm as another user, in a group of the same number. */
function opteadm(user: number, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [OPTEADM, "--socket", xded.socket, ...args], {
    uid: user,
    gid: user,
    cwd: "/",
    encoding: "utf8",
  });
}

/** Whether a process of another user can get at the programs at all: a clone in a home folder is nobody else's. */
function canRunAsAnother(): boolean {
  if (process.getuid?.() !== 0) return false;
  return spawnSync(process.execPath, [OPTEADM, "--version"], { uid: READER, gid: READER, cwd: "/" }).status === 0;
}

requirement("root", "processes of other users", canRunAsAnother).describe("the sockets of xded", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "xded-modes-"));
    await chmod(folder, 0o755);
    xded = await XdedProcess.start(folder, ["--underlay", "udp:[::1]:0"]);
    await chown(xded.socket, OPERATOR, OPERATOR);
    await chown(join(folder, "xde-ro.sock"), 0, READER);
  });

  afterAll(async () => {
    await xded.end("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  it("let the owner of the admin socket configure", () => {
    expect(opteadm(OPERATOR, "set-xde-underlay", "udp0", "udp0")).toMatchObject({ status: 0, stderr: "" });
  });

  it("let who may open the read-only socket alone read", () => {
    const { status, stdout, stderr } = opteadm(READER, "list-ports");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("MAC");
  });

  it("refuse him a change, which is not made", () => {
    const { status, stderr } = opteadm(READER, "clear-xde-underlay");
    expect(status).not.toBe(0);
    expect(stderr).toContain("ClearXdeUnderlay needs the right to configure");
    // An underlay that was cleared cannot be cleared again
    expect(opteadm(OPERATOR, "clear-xde-underlay")).toMatchObject({ status: 0, stderr: "" });
  });

  it("keep others out, who are told why", () => {
    const { status, stdout, stderr } = opteadm(STRANGER, "list-ports");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("EACCES");
  });
});
