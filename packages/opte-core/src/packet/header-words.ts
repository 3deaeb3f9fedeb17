// Halves of header words as they stand in memory order (`Frame.words`), where headers are read by the word.

/** Ethernet types: IPv4, and IPv6. */
export const WORD_IPV4 = 0x0008;
export const WORD_IPV6 = 0xdd86;
/** UDP destination port of Geneve. */
export const WORD_GENEVE_PORT = 0xc117;
