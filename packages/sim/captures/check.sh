#!/usr/bin/env bash
# Proves that a recording is fit to be replayed, with tshark's own checksum validation: ./check.sh FILE
set -euo pipefail

readonly file=${1:?Usage: check.sh FILE}
readonly max_bytes=100000
readonly validate=(-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE)

die() {
  echo "check.sh: $*" >&2
  exit 1
}

frames() { tshark -r "$file" "${validate[@]}" -Y "$1" 2>/dev/null; }

# No frame may match $2.
refuse() {
  local found
  found=$(frames "$2")
  [[ -z $found ]] || die "Found $1:"$'\n'"$found"
}

# At least one frame must match $2.
demand() {
  [[ -n $(frames "$2") ]] || die "Found no $1"
}

# The only two FINs over the protocol $1 are that of $2 and then that of $3.
expect_closes() {
  local senders
  senders=$(tshark -r "$file" -Y "$1 && tcp.flags.fin == 1" -T fields -e "$1.src" 2>/dev/null | paste -sd ' ')
  [[ $senders == "$2 $3" ]] || die "Expected a FIN of $2 and then of $3, found '$senders'"
}

tshark -r "$file" >/dev/null || die "tshark cannot read '$file' to its end"
(($(stat -c %s "$file") <= max_bytes)) || die "'$file' is larger than $max_bytes bytes"

for protocol in ip tcp udp icmp icmpv6; do
  refuse "a $protocol checksum that is not good" "$protocol && !($protocol.checksum.status == 1)"
done
refuse "a malformed packet" '_ws.malformed'
refuse "a frame cut short" 'frame.cap_len < frame.len'
refuse "a segment longer than the MTU" 'frame.len > 1514'
refuse "a lost or repeated segment" 'tcp.analysis.flags && !tcp.analysis.window_update'
refuse "a frame older than the one before it" 'frame.time_delta < 0'
refuse "what no VPC gateway sends: a request for the guest's MAC or a multicast listener report" \
  'eth.src == a8:40:25:ff:77:77 && (arp.opcode == 1 || icmpv6.type == 135 || icmpv6.type == 143)'

demand "ARP probe" 'arp.opcode == 1 && arp.src.proto_ipv4 == 0.0.0.0 && arp.dst.proto_ipv4 == 172.30.0.5'
demand "ARP request for the gateway" 'arp.opcode == 1 && arp.dst.proto_ipv4 == 172.30.0.1'
demand "ARP reply" 'arp.opcode == 2'
for type in 1 2 3 5 7; do
  demand "DHCPv4 message of type $type" "dhcp.option.dhcp == $type"
done
for type in 1 2 3 7 8; do
  demand "DHCPv6 message of type $type" "dhcpv6.msgtype == $type"
done
demand "DHCPv6 Request with the gateway's DUID-LL" 'dhcpv6.msgtype == 3 && dhcpv6.duid.bytes == 00:03:00:01:a8:40:25:ff:77:77'
demand "router solicitation from the link-local address" 'icmpv6.type == 133 && ipv6.src == fe80::aa40:25ff:fefa:fa37'
demand "router advertisement" 'icmpv6.type == 134'
demand "solicitation of the gateway" \
  'icmpv6.type == 135 && ipv6.src == fe80::aa40:25ff:fefa:fa37 && icmpv6.nd.ns.target_address == fe80::aa40:25ff:feff:7777'
demand "neighbor advertisement" 'icmpv6.type == 136'
demand "duplicate address detection" 'icmpv6.type == 135 && ipv6.src == :: && icmpv6.nd.ns.target_address == fd00::5'
demand "multicast listener report" 'icmpv6.type == 143'
for host in 172.30.0.1 93.184.216.34; do
  demand "echo reply of $host" "icmp.type == 0 && ip.src == $host"
done
for pair in 'fe80::aa40:25ff:feff:7777 fe80::aa40:25ff:fefa:fa37' 'fe80::aa40:25ff:feff:7777 fd00::5' 'fd00::5 2001:db8:80::10'; do
  read -r source destination <<<"$pair"
  demand "echo between $source and $destination" \
    "icmpv6.type == 129 && ipv6.addr == $source && ipv6.addr == $destination"
done
demand "DNS answer over IPv4" 'dns.a == 93.184.216.34 && ip'
demand "DNS answer over IPv6" 'dns.aaaa == 2001:db8:80::10 && ipv6'
demand "HTTP answer over IPv4" 'http.response.code == 200 && ip'
demand "HTTP answer over IPv6" 'http.response.code == 200 && ipv6'
expect_closes ip 93.184.216.34 172.30.0.5
expect_closes ipv6 fd00::5 2001:db8:80::10
refuse "a connection that was reset" 'tcp.flags.reset == 1'
