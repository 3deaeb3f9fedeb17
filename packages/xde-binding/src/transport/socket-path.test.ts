// Where sockets are looked for.

import { describe, expect, it } from "vitest";
import { socketPaths } from "./socket-path.js";

describe("the sockets of a device", () => {
  const env = { XDG_RUNTIME_DIR: "/run/user/7" };

  it.each([
    ["under XDG_RUNTIME_DIR", undefined, { env, uid: 7 }, "/run/user/7/opte/xde.sock", "/run/user/7/opte/xde-ro.sock"],
    ["under /run as root", undefined, { env, uid: 0 }, "/run/opte/xde.sock", "/run/opte/xde-ro.sock"],
    [
      "where OPTE_SOCKET says",
      undefined,
      { env: { ...env, OPTE_SOCKET: "/a/b.sock" }, uid: 0 },
      "/a/b.sock",
      "/a/b-ro.sock",
    ],
    ["where --socket says, before all", "c", { env: { OPTE_SOCKET: "/a/b.sock" }, uid: 7 }, "c", "c-ro.sock"],
    [
      "as if an empty variable were none",
      undefined,
      { env: { ...env, OPTE_SOCKET: "" }, uid: 7 },
      "/run/user/7/opte/xde.sock",
      "/run/user/7/opte/xde-ro.sock",
    ],
  ])("are %s", (_where, socket, owner, admin, readOnly) => {
    expect(socketPaths(socket, owner)).toEqual({ admin, readOnly });
  });

  it("are nowhere if nothing says where", () => {
    expect(() => socketPaths(undefined, { env: {}, uid: 7 })).toThrow(/OPTE_SOCKET.*--socket/);
    expect(() => socketPaths(undefined, { env: {}, uid: undefined })).toThrow();
  });
});
