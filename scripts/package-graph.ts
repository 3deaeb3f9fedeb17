// Which package may import which, and the floors of opte-core: the one place that lint, tests and documentation read it from.

/** Published entries of our packages that an import may name. */
export type Entry = string;

/** What the graph says of one package. */
export interface PackageRule {
  /** Folder below `packages/`. */
  readonly folder: string;
  /** Entries of our own packages that its files may import, tests included. */
  readonly mayImport: readonly Entry[];
  /** A bare package knows neither Node nor the DOM. */
  readonly bare: boolean;
}

// The codecs stand apart, so that the engine never loads them.
const API = ["opte-api"] as const;
const CODEC = ["opte-api/codec"] as const;
const CORE = ["opte-core", "opte-core/testing"] as const;
const VPC_API = ["oxide-vpc/api"] as const;
const VPC = ["oxide-vpc", ...VPC_API] as const;
const XDE = ["xde-binding", "xde-binding/in-process", "xde-binding/program"] as const;

/** The package graph, from the bottom up; the key is the npm name. */
export const PACKAGES: Readonly<Record<string, PackageRule>> = {
  "opte-api": { folder: "opte-api", mayImport: [], bare: true },
  "opte-core": { folder: "opte-core", mayImport: API, bare: true },
  "oxide-vpc": { folder: "oxide-vpc", mayImport: [...API, ...CODEC, ...CORE], bare: true },
  "xde-binding": { folder: "xde-binding", mayImport: [...API, ...CODEC, ...CORE, ...VPC], bare: false },
  opteadm: { folder: "opteadm", mayImport: [...API, ...CODEC, ...VPC_API, ...XDE], bare: false },
  "opte-sim": { folder: "sim", mayImport: [...API, ...CODEC, ...CORE, ...VPC, ...XDE], bare: false },
};

/** Folders inside a package that are stricter than their package. */
export const STRICT_FOLDERS: readonly { readonly path: string; readonly mayImport: readonly Entry[] }[] = [
  // Commands and types only: whoever talks to a port must not load an engine.
  { path: "packages/oxide-vpc/src/api", mayImport: [...API, ...CODEC] },
];

/** Folders of packages for Node that are as bare as a bare package: what runs in workers and pages too. */
export const BARE_FOLDERS: readonly string[] = [
  ...["capture", "decode", "replay"].map((name) => `packages/sim/src/${name}`),
  ...["ioctl", "client", "in-process"].map((name) => `packages/xde-binding/src/${name}`),
];

/** Folders of opte-core from the top floor to the bottom one: imports run downward, within a floor, or to `verdict`. */
export const CORE_FLOORS: readonly string[] = [
  "testing",
  "port",
  "layer",
  "rule",
  "hairpin",
  "action",
  "predicate",
  "transform",
  "packet",
  "flow",
  "provider",
];

/** Files of opte-core that stand below every floor. */
export const CORE_GROUND: readonly string[] = ["verdict"];
