import { describe, expect, it } from "vitest";
import { makePacket } from "../../test/packets.js";
import { actionText } from "./action.js";
import { EXTERNAL_IP_APPLIED, ExternalIpTagger } from "./external-ip-tag.js";
import { ActionMetadata } from "./metadata.js";

describe("the tagger of external addresses", () => {
  const tagger = new ExternalIpTagger();

  it("sets the key to itself and touches nothing else", () => {
    const metadata = new ActionMetadata();
    metadata.insert("vni", "7");
    expect(tagger.modify("out", makePacket(), metadata)).toEqual({ kind: "done" });
    expect(metadata.get(EXTERNAL_IP_APPLIED)).toBe(EXTERNAL_IP_APPLIED);
    expect(metadata.get("vni")).toBe("7");
  });

  it("prints its name", () => {
    expect(actionText({ kind: "meta", generator: tagger })).toBe("Meta: ExternalIpTagger");
  });
});
