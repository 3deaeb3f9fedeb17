// What comes of rewriting a frame: small integers, alike for the slow path, recorded lists and compiled programs.

export const RewriteStatus = {
  Done: 0,
  /** Too few bytes in front of the frame for its encapsulation. */
  Headroom: 1,
  /** The frame is, or would become, longer than `MAX_FRAME_LEN`. */
  FrameTooLong: 2,
} as const;
export type RewriteStatus = (typeof RewriteStatus)[keyof typeof RewriteStatus];
