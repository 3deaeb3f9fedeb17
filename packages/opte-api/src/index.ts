// Public names of opte-api.

export { API_VERSION } from "./api-version.js";
export { DECIMAL_FAULT_TEXT, type DecimalFault, parseDecimal } from "./decimal.js";
export { Direction } from "./direction.js";
export { DomainName } from "./domain-name.js";
export type * from "./engine-requests.js";
export type * from "./extension-requests.js";
export { NO_RESP } from "./engine-requests.js";
export { Errno } from "./errno.js";
export { EtherType } from "./ether-type.js";
export type { FlowId, FlowInfo } from "./flow-id.js";
export { IpAddr } from "./ip-addr.js";
export { IpCidr } from "./ip-cidr.js";
export { IpProtocol } from "./ip-protocol.js";
export { Ipv4Addr } from "./ipv4-addr.js";
export { Ipv4Cidr } from "./ipv4-cidr.js";
export { Ipv6Addr } from "./ipv6-addr.js";
export { Ipv6Cidr } from "./ipv6-cidr.js";
export { MacAddr } from "./mac-addr.js";
export { MulticastUnderlay } from "./multicast-underlay.js";
export {
  ExtensionCmd,
  type ExtensionCmdName,
  isOpteCmd,
  OPTE_CMD_RESP_COPY_OUT,
  OpteCmd,
  type OpteCmdName,
  XDE_IOC,
  XDE_OPTE_CMD,
} from "./opte-cmd.js";
export { OPTE_ERROR_KINDS, OpteError, type OpteErrorKind, type OpteErrorPayload } from "./opte-error.js";
export { PortNumber } from "./port-number.js";
export { PortRange } from "./port-range.js";
export { TcpState } from "./tcp-state.js";
export { TextError } from "./text-error.js";
export type { Uint64 } from "./uint64.js";
export { decodeUtf8, encodeUtf8, isUtf8 } from "./utf8.js";
export { Vni } from "./vni.js";
