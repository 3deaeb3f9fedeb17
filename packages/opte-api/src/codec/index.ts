// Public names of opte-api/codec: what the bodies of ioctls are made of. The engine never loads it.

export {
  direction,
  domainName,
  ipAddr,
  ipCidr,
  ipv4Addr,
  ipv4Cidr,
  ipv6Addr,
  ipv6Cidr,
  macAddr,
  multicastUnderlay,
  portRange,
  tcpState,
  vni,
} from "./address-schemas.js";
export { BodyFormat, bodyFormat, decodeBody, encodeBody } from "./body-format.js";
export {
  type BodyLimits,
  FRAME_REQUEST_LIMITS,
  MAX_MESSAGE_LEN,
  READ_REQUEST_LIMITS,
  REQUEST_LIMITS,
} from "./body-limits.js";
export { decodeCbor } from "./cbor-reader.js";
export { encodeCbor } from "./cbor-writer.js";
export { CodecError, type CodecFault } from "./codec-error.js";
export {
  type Command,
  command,
  type CommandDescriptor,
  type CommandName,
  type CommandRights,
  type ExtensionCommand,
  extensionCommand,
  type RequestOf,
  type ResponseOf,
} from "./command.js";
export {
  choice,
  type Fields,
  list,
  option,
  type OptionalField,
  pair,
  struct,
  type Variants,
  variants,
} from "./composites.js";
export { converted, sortedMap, sortedSet, textual } from "./conversions.js";
export { ENGINE_COMMANDS, type EngineCommands, noResp } from "./engine-commands.js";
export { ENGINE_EXTENSIONS, type EngineExtensions } from "./extension-commands.js";
export { flowId } from "./flow-id-schema.js";
export {
  decodeOpteCmdIoctl,
  encodeOpteCmdIoctl,
  IOCTL_OFFSETS,
  IOCTL_SZ,
  type OpteCmdIoctl,
} from "./opte-cmd-ioctl.js";
export { opteError } from "./opte-error-schema.js";
export { decodePostcard } from "./postcard-reader.js";
export { encodePostcard } from "./postcard-writer.js";
export { blob, bool, fixed, i32, string, u16, u24, u32, u53, u64, u8 } from "./primitives.js";
export type { Schema, TextForm, ValueReader, ValueWriter } from "./schema.js";
