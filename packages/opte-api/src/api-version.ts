// The version of the ioctl protocol.

/** Version of the ioctl protocol; client and device must have the same (spec 05 §1). */
export const API_VERSION = 41;
