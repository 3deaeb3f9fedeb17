#!/usr/bin/env bash
# Records the traffic of a guest that boots, fetches, and shuts down on a VPC port's addresses: sudo ./record.sh [FILE]
#
# Two network namespaces are joined by a veth pair. One is the guest, with real client programs. The other plays the
# VPC gateway and the world behind it, with real servers. The recording is taken on the guest's own interface, and
# replaces FILE (guest.pcapng beside this script, unless named) only after check.sh has accepted it.
#
# Needs root on Debian 12. Installs the packages that it uses. See README.md for what is in the recording and why.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly out=${1:-$here/guest.pcapng}

readonly guest_ns=opte-guest-$$ gateway_ns=opte-gateway-$$
readonly guest_mac=a8:40:25:fa:fa:37 gateway_mac=a8:40:25:ff:77:77
readonly guest_ll=fe80::aa40:25ff:fefa:fa37 gateway_ll=fe80::aa40:25ff:feff:7777
readonly guest_v4=172.30.0.5 gateway_v4=172.30.0.1
readonly guest_v6=fd00::5 gateway_v6=fd00::1
readonly web_name=www.example.com web_v4=93.184.216.34 web_v6=2001:db8:80::10
# `ip netns exec` puts this file over the guest's /etc/resolv.conf.
readonly guest_etc=/etc/netns/$guest_ns
readonly resolv_conf=$guest_etc/resolv.conf
readonly dns_v4=(8.8.8.8 1.1.1.1)
readonly dns_v6=(2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001)

work=$(mktemp -d)
readonly work
daemons=()

die() {
  echo "record.sh: $*" >&2
  exit 1
}

in_guest() { ip netns exec "$guest_ns" "$@"; }
in_gateway() { ip netns exec "$gateway_ns" "$@"; }

# Starts a program that stays, in the namespace $1, with its output in the log $2.
start() {
  local ns=$1 log=$work/$2.log
  shift 2
  ip netns exec "$ns" "$@" >"$log" 2>&1 &
  daemons+=($!)
}

# Waits for what $1 describes: until the rest, run as a command, succeeds.
wait_for() {
  local what=$1 deadline=$((SECONDS + 15))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || die "Waited in vain for $what"
    sleep 0.1
  done
}

# Ends what runs in a namespace, in whichever way it came there, and takes the namespace away.
remove_namespace() {
  local pid
  for pid in $(ip netns pids "$1" 2>/dev/null); do
    kill "$pid" 2>/dev/null || true
  done
  ip netns delete "$1" 2>/dev/null || true
}

clean_up() {
  local status=$?
  trap - EXIT
  if ((status != 0)); then
    tail -n 20 "$work"/*.log >&2 2>/dev/null || true
  fi
  remove_namespace "$guest_ns"
  remove_namespace "$gateway_ns"
  ((${#daemons[@]} == 0)) || wait "${daemons[@]}" 2>/dev/null || true
  rm -rf "$work" "$guest_etc"
  rmdir --ignore-fail-on-non-empty /etc/netns 2>/dev/null || true
  exit "$status"
}

install_packages() {
  local package missing=()
  for package in iproute2 ethtool procps dnsmasq-base radvd tshark python3 \
    udhcpc isc-dhcp-client iputils-ping bind9-dnsutils curl; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Every checksum must be final when the frame is recorded: nothing is left for a device to fill in or to merge.
offloads_off() {
  ip netns exec "$1" ethtool -K "$2" tx off rx off sg off tso off gso off gro off >/dev/null
  if ip netns exec "$1" ethtool -k "$2" |
    grep -E '^(rx-checksumming|tx-checksumming|(tcp|generic)-segmentation-offload|generic-receive-offload): on'; then
    die "Some offload of '$2' cannot be switched off"
  fi
}

build_network() {
  local address
  mkdir -p "$guest_etc"
  touch "$resolv_conf"
  ip netns add "$guest_ns"
  ip netns add "$gateway_ns"
  ip -n "$guest_ns" link add eth0 address "$guest_mac" type veth \
    peer name gw0 address "$gateway_mac" netns "$gateway_ns"
  offloads_off "$guest_ns" eth0
  offloads_off "$gateway_ns" gw0

  # The guest's IPv6 stays off until the recording runs, so that its first packet is in it. Addresses are EUI-64.
  in_guest sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1 net.ipv6.conf.eth0.addr_gen_mode=0 \
    net.ipv6.conf.eth0.use_tempaddr=0
  in_gateway sysctl -q -w net.ipv6.conf.all.forwarding=1 net.ipv6.conf.gw0.addr_gen_mode=0
  ip -n "$guest_ns" link set lo up
  ip -n "$guest_ns" link set eth0 up
  ip -n "$gateway_ns" link set lo up
  ip -n "$gateway_ns" link set gw0 up

  ip -n "$gateway_ns" address add "$gateway_v4/22" dev gw0
  ip -n "$gateway_ns" address add "$gateway_v6/64" dev gw0 nodad
  for address in "$web_v4/32" "${dns_v4[@]/%//32}" "$web_v6/128" "${dns_v6[@]/%//128}"; do
    ip -n "$gateway_ns" address add "$address" dev lo
  done
  introduce_guest
  wait_for "the gateway's link-local address" gateway_is_ready
}

# A VPC gateway knows its guest from the port's configuration: it never sends an ARP request or a solicitation.
introduce_guest() {
  local address
  for address in "$guest_v4" "$guest_v6" "$guest_ll"; do
    ip -n "$gateway_ns" neighbour replace "$address" lladdr "$guest_mac" dev gw0 nud permanent
  done
}

gateway_is_ready() {
  ip -n "$gateway_ns" -6 address show dev gw0 | grep -q "$gateway_ll" &&
    ! ip -n "$gateway_ns" -6 address show dev gw0 | grep -q tentative
}

# Joins the arguments with commas, each within the brackets that dnsmasq wants around an IPv6 address.
bracketed() {
  local joined
  joined=$(printf ',[%s]' "$@")
  echo "${joined:1}"
}

# The leases and the router advertisement say what a VPC gateway says (host route, M flag, no prefix, MTU).
start_gateway() {
  # dnsmasq takes its DUID from here: DUID-LL of the gateway's MAC, which a VPC gateway wants to read in a Request.
  echo "duid 00:03:00:01:$gateway_mac" >"$work/leases"
  cat >"$work/dhcp.conf" <<CONF
port=0
interface=gw0
no-ping
dhcp-authoritative
dhcp-leasefile=$work/leases
dhcp-range=$guest_v4,$guest_v4,255.255.252.0,86400
dhcp-host=$guest_mac,$guest_v4,testbox
dhcp-option=option:netmask,255.255.255.255
dhcp-option=option:router,$gateway_v4
dhcp-option=option:dns-server,$(IFS=,; echo "${dns_v4[*]}")
dhcp-option=option:domain-name,test.oxide.computer
dhcp-option=option:domain-search,oxide.computer
dhcp-option=option:classless-static-route,$gateway_v4/32,0.0.0.0,0.0.0.0/0,$gateway_v4
dhcp-range=$guest_v6,$guest_v6,64,infinite
dhcp-option=option6:dns-server,$(bracketed "${dns_v6[@]}")
dhcp-option=option6:domain-search,oxide.computer
CONF
  start "$gateway_ns" dhcp dnsmasq --keep-in-foreground --user=root --conf-file="$work/dhcp.conf" --log-facility=- --pid-file

  cat >"$work/radvd.conf" <<CONF
interface gw0 {
  AdvSendAdvert on;
  UnicastOnly on;
  AdvManagedFlag on;
  AdvCurHopLimit 255;
  AdvDefaultLifetime 9000;
  MaxRtrAdvInterval 1800;
  AdvLinkMTU 1500;
};
CONF
  chmod 644 "$work/radvd.conf"
  start "$gateway_ns" radvd radvd --nodaemon --logmethod=stderr --config="$work/radvd.conf" --pidfile="$work/radvd.pid"
}

# Whether something in the gateway's namespace listens by protocol $1 on what ss prints with the ending $2.
listening() { in_gateway ss --no-header --listening --numeric "--$1" | grep -qF "$2 "; }

start_world() {
  start "$gateway_ns" dns dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null --log-facility=- --pid-file \
    --no-resolv --no-hosts --bind-interfaces "${dns_v4[@]/#/--listen-address=}" "${dns_v6[@]/#/--listen-address=}" \
    --host-record="$web_name,$web_v4,$web_v6"

  mkdir "$work/www"
  seq 1 5200 >"$work/www/index.html"
  start "$gateway_ns" web4 /usr/bin/python3 -m http.server 80 --protocol HTTP/1.0 --bind "$web_v4" --directory "$work/www"
  start "$gateway_ns" web6 /usr/bin/python3 -m http.server 80 --protocol HTTP/1.1 --bind "$web_v6" --directory "$work/www"

  wait_for "the DHCPv4 server" listening udp :67
  wait_for "the DHCPv6 server" listening udp :547
  wait_for "the DNS server" listening udp "${dns_v4[0]}:53"
  wait_for "the IPv4 web server" listening tcp "$web_v4:80"
  wait_for "the IPv6 web server" listening tcp "[$web_v6]:80"
}

start_recording() {
  start "$guest_ns" dumpcap dumpcap -q -i eth0 -w "$work/guest.pcapng"
  recorder=${daemons[-1]}
  wait_for "the recording to start" grep -q '^File:' "$work/dumpcap.log"
}

stop_recording() {
  sleep 0.5
  kill -INT "$recorder"
  wait "$recorder" || die "The recorder failed"
}

has_settled_address() {
  ip -n "$guest_ns" -6 address show dev eth0 -tentative | grep -q "$1"
}

has_default_route() { ip -n "$guest_ns" "$1" route show default | grep -q via; }

autoconfigure() {
  in_guest sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
  wait_for "the guest's link-local address" has_settled_address "$guest_ll"
  wait_for "a router advertisement" has_default_route -6
}

lease_v4() {
  # -a probes the offered address by ARP before it is taken, as RFC 5227 asks; -R gives it back at the end.
  in_guest env resolv_conf="$resolv_conf" udhcpc -i eth0 -n -R -a500 -O search -O staticroutes \
    -p "$work/udhcpc.pid" -s "$here/lease-hook.sh" >"$work/udhcpc.log" 2>&1
  has_default_route -4 || die "The DHCPv4 lease gave no default route"
  # dnsmasq has put the lease into the ARP cache for a while only.
  introduce_guest
}

lease_v6() {
  echo 'request dhcp6.name-servers, dhcp6.domain-search, dhcp6.fqdn, dhcp6.sntp-servers;' >"$work/dhclient.conf"
  dhclient_v6 -1
  wait_for "the guest's IPv6 address" has_settled_address "$guest_v6"
}

dhclient_v6() {
  in_guest dhclient -6 "$@" -cf "$work/dhclient.conf" -lf "$work/dhclient.leases" -pf "$work/dhclient.pid" \
    -sf "$here/lease-hook.sh" -e resolv_conf="$resolv_conf" eth0 >>"$work/dhclient.log" 2>&1
}

release_leases() {
  dhclient_v6 -r
  kill "$(<"$work/udhcpc.pid")"
  wait_for "the end of the DHCPv4 client" test ! -e "$work/udhcpc.pid"
}

ping_three() { in_guest ping -q -c 3 -i 0.3 "$@" >>"$work/ping.log"; }

ping_all() {
  ping_three "$gateway_v4"
  # The advertisement has told the gateway's MAC already. With an emptied cache the kernel solicits it by multicast.
  ip -n "$guest_ns" neighbour flush dev eth0
  ping_three "$gateway_ll%eth0"
  ping_three -I "$guest_v6" "$gateway_ll%eth0"
  ping_three "$web_v4"
  ping_three "$web_v6"
}

look_up_and_fetch() {
  in_guest dig +noall +answer "@${dns_v4[0]}" "$web_name" A >>"$work/dig.log"
  in_guest dig +noall +answer "@${dns_v6[0]}" "$web_name" AAAA >>"$work/dig.log"
  # The IPv4 fetch reads until the server closes, and the IPv6 fetch closes itself: both orders of FIN are recorded.
  in_guest curl -sS --ipv4 --ignore-content-length -o "$work/fetched4" "http://$web_name/"
  in_guest curl -sS --ipv6 -o "$work/fetched6" "http://$web_name/"
  cmp "$work/fetched4" "$work/www/index.html"
  cmp "$work/fetched6" "$work/www/index.html"
}

main() {
  ((EUID == 0)) || die "Needs root, for network namespaces"
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  install_packages

  build_network
  start_gateway
  start_world
  # The gateway's own multicast listener reports, which no VPC gateway sends, end within two seconds (RFC 3810 9.11).
  sleep 3
  start_recording

  autoconfigure
  lease_v4
  lease_v6
  ping_all
  look_up_and_fetch
  release_leases

  stop_recording
  "$here/check.sh" "$work/guest.pcapng"
  install -m 644 "$work/guest.pcapng" "$out"
  echo "Recorded '$out'"
}

main
