// Where the sockets of a device are.

import { join } from "node:path";

/** Environment variable that names the admin socket. */
export const SOCKET_VARIABLE = "OPTE_SOCKET";

const ADMIN_SOCKET = "xde.sock";
const READ_ONLY_SOCKET = "xde-ro.sock";

/** The two sockets of a device. */
export interface SocketPaths {
  /** Whoever may open it may configure. */
  readonly admin: string;
  /** Whoever may open it may read. */
  readonly readOnly: string;
}

/** Whose sockets they are. */
export interface SocketOwner {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** User id; absent where there are none. */
  readonly uid: number | undefined;
}

/**
 * The sockets of a device: the admin socket is `socket`, if given, else what `OPTE_SOCKET` says, else `xde.sock` in `/run/opte` for root
 * and in `$XDG_RUNTIME_DIR/opte` for others. The read-only socket is beside it, with `-ro` at the end of its name.
 *
 * @throws Error if nothing says where
 */
export function socketPaths(socket?: string, owner: SocketOwner = thisProcess()): SocketPaths {
  const admin = socket ?? owner.env[SOCKET_VARIABLE];
  if (admin !== undefined && admin !== "") return { admin, readOnly: `${admin.replace(/\.sock$/, "")}-ro.sock` };
  const folder = defaultFolder(owner);
  return { admin: join(folder, ADMIN_SOCKET), readOnly: join(folder, READ_ONLY_SOCKET) };
}

function defaultFolder({ env, uid }: SocketOwner): string {
  if (uid === 0) return "/run/opte";
  const runtimeFolder = env["XDG_RUNTIME_DIR"];
  if (runtimeFolder !== undefined && runtimeFolder !== "") return join(runtimeFolder, "opte");
  throw new Error(`No place for the device's socket: set ${SOCKET_VARIABLE} or XDG_RUNTIME_DIR, or use --socket`);
}

function thisProcess(): SocketOwner {
  return { env: process.env, uid: process.getuid?.() };
}
