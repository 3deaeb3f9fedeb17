# Times scapy on one frame: taking it apart, and putting it together again. Prints JSON: seconds a packet.
import json
import sys
import timeit

from scapy.all import IP, UDP, Ether  # noqa: E402

frame = bytes.fromhex(sys.argv[1])


def dissect():
    return Ether(frame)[UDP].sport


def rewrite():
    packet = Ether(frame)
    packet[IP].src = "192.0.2.1"
    packet[UDP].sport = 4000
    del packet[IP].chksum
    del packet[UDP].chksum
    return bytes(packet)


def best(work):
    return min(timeit.repeat(work, number=100, repeat=10)) / 100


print(json.dumps({"dissect": best(dissect), "rewrite": best(rewrite)}))
