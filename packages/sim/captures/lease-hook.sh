#!/bin/sh
# Applies a DHCP lease to the guest: udhcpc calls it with the event in $1, dhclient with the event in $reason.
# Both pass the lease in variables; record.sh passes the path of the guest's resolv.conf in $resolv_conf.
# shellcheck disable=SC2154,SC2086  # The variables are the clients', and lists in them are words.
set -eu

case ${1:-$reason} in
deconfig)
  ip -4 address flush dev "$interface"
  ;;
bound)
  ip address replace "$ip/$mask" dev "$interface"
  set -- $staticroutes
  while [ $# -ge 2 ]; do
    case $2 in
    0.0.0.0) ip route replace "$1" dev "$interface" ;;
    *) ip route replace "$1" via "$2" dev "$interface" ;;
    esac
    shift 2
  done
  printf 'nameserver %s\n' $dns >>"$resolv_conf"
  ;;
BOUND6)
  ip -6 address replace "$new_ip6_address/$new_ip6_prefixlen" dev "$interface"
  printf 'nameserver %s\n' $new_dhcp6_name_servers >>"$resolv_conf"
  ;;
RELEASE6 | STOP6)
  ip -6 address delete "$old_ip6_address/$old_ip6_prefixlen" dev "$interface"
  ;;
esac
