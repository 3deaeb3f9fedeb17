export { VpcMappings } from "./mapping/vpc-mappings.js";
export { VpcPort, type VpcPortConfig } from "./vpc-port.js";
