// What `opte-sim` is as a library: capture files, and frames decoded into named fields.

export type { CaptureInterface, CapturePacket } from "./capture/capture-packet.js";
export { LINKTYPE_ETHERNET, packetProblem, readCapture } from "./capture/capture.js";
export { CaptureError } from "./capture/capture-error.js";
export { type PacketToWrite, PcapngWriter } from "./capture/pcapng-writer.js";
export { decodeFrame } from "./decode/decode.js";
export type { DecodedField, DecodedFrame, DecodedLayer } from "./decode/decoded.js";
export { summarizeFrame } from "./decode/frame-summary.js";
