// What the layers of a VPC port tell each other about a packet (spec 04 §2.3).

/** Keys of the action metadata. */
export const MetadataKey = {
  /** VPC of the remote guest, in decimal; absent when the remote host is in none. */
  Vni: "vni",
  /** Target of the packet's route, as `RouterTarget` prints it. */
  RouterTarget: "router-target",
  /** Kind of that target: `ig`, `ip` or `subnet`. */
  RouterTargetClass: "router-target-class",
} as const;

/** Value of {@link MetadataKey.RouterTargetClass} of routes to an internet gateway. */
export const INTERNET_GATEWAY_CLASS = "ig";
