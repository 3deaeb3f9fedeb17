// Floors for what floor.mjs leaves out: ICMP, inbound, and IPv6. They are `hit` of floor.mjs line by line, with the same helpers, hash and
// record; each line that is more than there, or other, says so. What floor.mjs leaves out is left out here too; so is the
// inner source MAC of what comes in, IPv6 extension headers, and Geneve options beyond their length and the critical flag.

import { floor } from "./floor-functions.mjs";

const { TEMPLATE, TEMPLATE_WORDS, WORDS, adjust, hash, rd16, templates, wr16 } = floor;

/** Outbound ICMP echo over IPv4. */
function hitOut4Icmp(t, b, w, at, len, now) {
  if (len < 34 || rd16(b, at + 12) !== 0x0800) return -1;
  const ip = at + 14,
    v = b[ip],
    ihl = (v & 15) << 2,
    total = rd16(b, ip + 2);
  if (v >> 4 !== 4 || ihl < 20 || total < ihl || total > len - 14 || (rd16(b, ip + 6) & 0x3fff) !== 0) return -2;
  const proto = b[ip + 9],
    l4 = ip + ihl;
  if (proto !== 1) return -3; // other: ICMP alone
  if (total - ihl < 8) return -4;
  const ipw = ip >> 2,
    l4w = l4 >> 2;
  const src = w[ipw + 3],
    dst = w[ipw + 4],
    id = rd16(b, l4 + 4); // other: the echo id in place of the ports
  const { rec, index, mask } = t;
  let s = hash(src, dst, id, proto) & mask,
    r = -1;
  for (;;) {
    const i = index[s];
    if (i < 0) return -5;
    r = i * WORDS;
    if (rec[r] === src && rec[r + 1] === dst && rec[r + 2] === id && rec[r + 3] === proto) break;
    s = (s + 1) & mask;
  }
  rec[r + 4]++;
  rec[r + 5] = now;
  w[ipw + 3] = rec[r + 7];
  wr16(b, l4 + 4, rec[r + 8]); // other: the echo id in place of the source port
  adjust(b, ip + 10, rec[r + 10]);
  adjust(b, l4 + 2, rec[r + 9]); // other: where ICMP has its checksum
  const start = at - TEMPLATE,
    to = start >> 2,
    from = rec[r + 6] * TEMPLATE_WORDS;
  for (let k = 0; k < 17; k++) w[to + k] = templates[from + k];
  const tail = templates[from + 17];
  b[start + 68] = tail;
  b[start + 69] = tail >>> 8;
  const payload = total + 30;
  wr16(b, start + 18, payload);
  wr16(b, start + 58, payload);
  wr16(b, start + 54, id ^ src ^ dst);
  return start;
}

/** More: the tunnel of what comes in, bounds-checked. Returns where the guest's frame starts, or what is wrong. */
function tunnel(b, at, len) {
  if (len < 84 || rd16(b, at + 12) !== 0x86dd) return -11; // Ethernet, IPv6, UDP, Geneve, Ethernet
  const ip = at + 14,
    payload = rd16(b, ip + 4);
  if (b[ip] >> 4 !== 6 || b[ip + 6] !== 17 || payload > len - 54) return -12;
  if (rd16(b, ip + 42) !== 6081 || rd16(b, ip + 44) > len - 54) return -13;
  const geneve = ip + 48,
    version = b[geneve] >> 6,
    options = (b[geneve] & 63) << 2;
  if (version !== 0 || (b[geneve + 1] & 0x40) !== 0 || 84 + options > len) return -14;
  return geneve + 8 + options;
}

/** Inbound TCP, UDP and ICMP echo over IPv4: out of the tunnel, destination NAT. */
function hitIn4(t, b, w, outer, outerLen, now) {
  const at = tunnel(b, outer, outerLen); // more
  if (at < 0) return at; // more
  const len = outerLen - (at - outer); // more
  if (len < 34 || rd16(b, at + 12) !== 0x0800) return -1;
  const ip = at + 14,
    v = b[ip],
    ihl = (v & 15) << 2,
    total = rd16(b, ip + 2);
  if (v >> 4 !== 4 || ihl < 20 || total < ihl || total > len - 14 || (rd16(b, ip + 6) & 0x3fff) !== 0) return -2;
  const proto = b[ip + 9],
    l4 = ip + ihl,
    tcp = proto === 6,
    icmp = proto === 1;
  if (!tcp && !icmp && proto !== 17) return -3;
  if (total - ihl < (tcp ? 20 : 8)) return -4;
  const ipw = ip >> 2,
    l4w = l4 >> 2;
  const src = w[ipw + 3],
    dst = w[ipw + 4],
    ports = icmp ? rd16(b, l4 + 4) : w[l4w]; // more: ICMP
  const { rec, index, mask } = t;
  let s = hash(src, dst, ports, proto) & mask,
    r = -1;
  for (;;) {
    const i = index[s];
    if (i < 0) return -5;
    r = i * WORDS;
    if (rec[r] === src && rec[r + 1] === dst && rec[r + 2] === ports && rec[r + 3] === proto) break;
    s = (s + 1) & mask;
  }
  rec[r + 4]++;
  rec[r + 5] = now;
  if (tcp) {
    rec[r + 11] = w[l4w + 1];
    rec[r + 12] = w[l4w + 2];
    rec[r + 13] += len;
    const flags = b[l4 + 13];
    if (flags & 7) rec[r + 14] |= flags;
  }
  w[ipw + 4] = rec[r + 7]; // other: the destination
  wr16(b, l4 + (icmp ? 4 : 2), rec[r + 8]); // other: the destination port, or the echo id
  adjust(b, ip + 10, rec[r + 10]);
  adjust(b, l4 + (tcp ? 16 : icmp ? 2 : 6), rec[r + 9]); // more: ICMP
  return at; // other: nothing is pushed
}

// The record for IPv6 keeps floor.mjs's order; key and new address are wider: 0-9 key (4 source, 4 destination, ports, protocol), 10 hits,
// 11 last hit, 12 template, 13-16 new address, 17 new port, 18 checksum delta (L4), 19-22 TCP seq, ack, bytes, flags, 23-31 spare.
// 32 words keep a record to two cache lines.
const WORDS6 = 32;

/** More: ten words through the four-word hash. */
const hash6 = (w, a, d, ports, proto) =>
  hash(hash(w[a], w[a + 1], w[a + 2], w[a + 3]), hash(w[d], w[d + 1], w[d + 2], w[d + 3]), ports, proto);

function table6(flows) {
  let slots = 2;
  while (slots < flows * 2) slots *= 2;
  return { rec: new Int32Array(flows * WORDS6), index: new Int32Array(slots).fill(-1), mask: slots - 1, size: 0 };
}
function insert6(t, w, a, d, ports, proto) {
  const i = t.size++,
    r = i * WORDS6;
  for (let k = 0; k < 4; k++) {
    t.rec[r + k] = w[a + k];
    t.rec[r + 4 + k] = w[d + k];
  }
  t.rec[r + 8] = ports;
  t.rec[r + 9] = proto;
  let s = hash6(w, a, d, ports, proto) & t.mask;
  while (t.index[s] >= 0) s = (s + 1) & t.mask;
  t.index[s] = i;
  return r;
}

/** Outbound TCP, UDP and ICMP echo over IPv6. */
function hitOut6(t, b, w, at, len, now) {
  if (len < 54 || rd16(b, at + 12) !== 0x86dd) return -1; // other: IPv6
  const ip = at + 14,
    total = rd16(b, ip + 4) + 40; // other: IPv6's length is without its header
  if (b[ip] >> 4 !== 6 || total > len - 14) return -2; // other: neither header length nor fragments
  const proto = b[ip + 6],
    l4 = ip + 40,
    tcp = proto === 6,
    icmp = proto === 58;
  if (!tcp && !icmp && proto !== 17) return -3;
  if (total - 40 < (tcp ? 20 : 8)) return -4;
  const ipw = ip >> 2,
    l4w = l4 >> 2,
    a = ipw + 2,
    d = ipw + 6;
  const ports = icmp ? rd16(b, l4 + 4) : w[l4w];
  const { rec, index, mask } = t;
  let s = hash6(w, a, d, ports, proto) & mask,
    r = -1; // more: ten words
  for (;;) {
    const i = index[s];
    if (i < 0) return -5;
    r = i * WORDS6;
    if (
      rec[r + 8] === ports &&
      rec[r + 9] === proto &&
      rec[r] === w[a] &&
      rec[r + 1] === w[a + 1] &&
      rec[r + 2] === w[a + 2] &&
      rec[r + 3] === w[a + 3] &&
      rec[r + 4] === w[d] &&
      rec[r + 5] === w[d + 1] &&
      rec[r + 6] === w[d + 2] &&
      rec[r + 7] === w[d + 3] // more: ten words
    )
      break;
    s = (s + 1) & mask;
  }
  const entropy = ports ^ w[a + 3] ^ w[d + 3];
  rec[r + 10]++;
  rec[r + 11] = now;
  if (tcp) {
    rec[r + 19] = w[l4w + 1];
    rec[r + 20] = w[l4w + 2];
    rec[r + 21] += len;
    const flags = b[l4 + 13];
    if (flags & 7) rec[r + 22] |= flags;
  }
  w[a] = rec[r + 13];
  w[a + 1] = rec[r + 14];
  w[a + 2] = rec[r + 15];
  w[a + 3] = rec[r + 16]; // more: four words
  wr16(b, l4 + (icmp ? 4 : 0), rec[r + 17]);
  adjust(b, l4 + (tcp ? 16 : icmp ? 2 : 6), rec[r + 18]); // other: IPv6 has no checksum of its own
  const start = at - TEMPLATE,
    to = start >> 2,
    from = rec[r + 12] * TEMPLATE_WORDS;
  for (let k = 0; k < 17; k++) w[to + k] = templates[from + k];
  const tail = templates[from + 17];
  b[start + 68] = tail;
  b[start + 69] = tail >>> 8;
  const payload = total + 30;
  wr16(b, start + 18, payload);
  wr16(b, start + 58, payload);
  wr16(b, start + 54, entropy);
  return start;
}

/** Inbound TCP, UDP and ICMP echo over IPv6: out of the tunnel, destination NAT. */
function hitIn6(t, b, w, outer, outerLen, now) {
  const at = tunnel(b, outer, outerLen); // more
  if (at < 0) return at; // more
  const len = outerLen - (at - outer); // more
  if (len < 54 || rd16(b, at + 12) !== 0x86dd) return -1;
  const ip = at + 14,
    total = rd16(b, ip + 4) + 40;
  if (b[ip] >> 4 !== 6 || total > len - 14) return -2;
  const proto = b[ip + 6],
    l4 = ip + 40,
    tcp = proto === 6,
    icmp = proto === 58;
  if (!tcp && !icmp && proto !== 17) return -3;
  if (total - 40 < (tcp ? 20 : 8)) return -4;
  const ipw = ip >> 2,
    l4w = l4 >> 2,
    a = ipw + 2,
    d = ipw + 6;
  const ports = icmp ? rd16(b, l4 + 4) : w[l4w];
  const { rec, index, mask } = t;
  let s = hash6(w, a, d, ports, proto) & mask,
    r = -1;
  for (;;) {
    const i = index[s];
    if (i < 0) return -5;
    r = i * WORDS6;
    if (
      rec[r + 8] === ports &&
      rec[r + 9] === proto &&
      rec[r] === w[a] &&
      rec[r + 1] === w[a + 1] &&
      rec[r + 2] === w[a + 2] &&
      rec[r + 3] === w[a + 3] &&
      rec[r + 4] === w[d] &&
      rec[r + 5] === w[d + 1] &&
      rec[r + 6] === w[d + 2] &&
      rec[r + 7] === w[d + 3]
    )
      break;
    s = (s + 1) & mask;
  }
  rec[r + 10]++;
  rec[r + 11] = now;
  if (tcp) {
    rec[r + 19] = w[l4w + 1];
    rec[r + 20] = w[l4w + 2];
    rec[r + 21] += len;
    const flags = b[l4 + 13];
    if (flags & 7) rec[r + 22] |= flags;
  }
  w[d] = rec[r + 13];
  w[d + 1] = rec[r + 14];
  w[d + 2] = rec[r + 15];
  w[d + 3] = rec[r + 16]; // other: the destination
  wr16(b, l4 + (icmp ? 4 : 2), rec[r + 17]); // other: the destination port, or the echo id
  adjust(b, l4 + (tcp ? 16 : icmp ? 2 : 6), rec[r + 18]);
  return at; // other: nothing is pushed
}

export const floorVariants = { hitOut4Icmp, hitIn4, hitOut6, hitIn6, table6, insert6 };
