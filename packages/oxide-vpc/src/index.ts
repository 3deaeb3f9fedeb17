// The VPC network on the engine. Types, requests and text forms are in oxide-vpc/api.

export { Mcast2Phys } from "./mapping/m2p.js";
export { Virt2Boundary } from "./mapping/v2b.js";
export { Virt2Phys } from "./mapping/v2p.js";
export { VpcMappings } from "./mapping/vpc-mappings.js";
export { openPort } from "./open-port.js";
export { restoreVpcPort } from "./restore-port.js";
export {
  isExternal,
  knownOptions,
  MSS_OPTION,
  multicastOption,
  replicationOf,
  segmentSizeOf,
} from "./overlay/geneve-options.js";
export { VpcLayer } from "./vpc-layers.js";
export { VpcNetwork } from "./vpc-network.js";
export { VpcPort, type VpcPortConfig } from "./vpc-port.js";
export type { VpcPortDraft, VpcPortImage, VpcPortSnapshot } from "./snapshot/vpc-snapshot.js";
