import { describe, expect, it } from "vitest";
import { makePacket } from "../../test/packets.js";
import { actionText } from "./action.js";
import { Identity } from "./identity.js";
import { ActionMetadata } from "./metadata.js";

describe("the identity action", () => {
  const identity = new Identity("nothing-to-do");

  it("records a transformation of its name that changes nothing", () => {
    const made = identity.headerTransform("out", makePacket(), new ActionMetadata());
    expect(made).toEqual({ kind: "value", value: { name: "nothing-to-do" } });
  });

  it("prints without its name", () => {
    expect(actionText({ kind: "static", generator: identity })).toBe("Static: Identity");
  });
});
