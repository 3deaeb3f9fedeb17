// Numbers that the reference reads and ours refuses on purpose: with a leading `+`, or with leading zeros, which mean
// different things to different programs (vectors/FORMAT-text.md, "How they are compared").

/** Finds such a number in the text of one kind of value. */
type LaxNumberTest = (text: string) => boolean;

const decimal: LaxNumberTest = (text) => /^\+|^0\d/.test(text);

const macOctet: LaxNumberTest = (text) => /^\+|^0.{2}/.test(text);

const mac: LaxNumberTest = (text) => text.split(":").some(macOctet);

const ipv4: LaxNumberTest = (text) => text.split(".").some(decimal);

/** Groups of an IPv6 address may be padded with zeros; the octets of a dotted quad at its end may not. */
const ipv6: LaxNumberTest = (text) => {
  const end = text.slice(text.lastIndexOf(":") + 1);
  return end.includes(".") && ipv4(end);
};

const ip: LaxNumberTest = (text) => (text.includes(":") ? ipv6(text) : ipv4(text));

const cidr: LaxNumberTest = (text) => {
  const slash = text.indexOf("/");
  return slash < 0 ? ip(text) : ip(text.slice(0, slash)) || decimal(text.slice(slash + 1));
};

const ports: LaxNumberTest = (text) => text.split(",").some(decimal);

const protocol: LaxNumberTest = (text) =>
  text
    .slice(text.indexOf(":") + 1)
    .split(/[,-]/)
    .some(decimal);

const keyed =
  (tests: Readonly<Record<string, LaxNumberTest>>): LaxNumberTest =>
  (text) => {
    const [key = "", ...value] = text.split("=");
    return tests[key.toLowerCase()]?.(value.join("=")) ?? false;
  };

const hosts = keyed({ ip, subnet: cidr, vni: decimal });

const ruleToken = keyed({ priority: decimal, hosts, protocol, port: ports });

const TESTS: Readonly<Record<string, LaxNumberTest>> = {
  mac,
  ipv4,
  ipv6,
  ip,
  ipv4_cidr: cidr,
  ipv6_cidr: cidr,
  ip_cidr: cidr,
  vni: decimal,
  multicast_underlay: ipv6,
  router_target: keyed({ ip4: ipv4, ip6: ipv6, sub4: cidr, sub6: cidr }),
  fw_hosts: hosts,
  fw_protocol: protocol,
  fw_ports: ports,
  fw_rule: (line) => line.split(" ").some(ruleToken),
};

/** Whether `input`, as text of `type` (a type of vectors/FORMAT-text.md), holds a number that only the reference reads. */
export function hasLaxNumber(type: string, input: string): boolean {
  return TESTS[type]?.(input) ?? false;
}
