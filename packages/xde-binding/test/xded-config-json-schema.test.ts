import { describe, expect, it } from "vitest";
import { xdedConfigJsonSchemaText } from "./xded-config-json-schema.js";

const file = new URL("../xded-config.schema.json", import.meta.url);

describe("the published JSON Schema of the daemon's configuration", () => {
  it("is that of the reader (`vitest run -u` writes it anew)", async () => {
    await expect(xdedConfigJsonSchemaText()).toMatchFileSnapshot(file.pathname);
  });

  it("refers to nothing that is not in it", () => {
    const text = xdedConfigJsonSchemaText();
    const refs = [...text.matchAll(/"\$ref": "(?:#\/\$defs\/)?([^"]*)"/g)].map(([, name = ""]) => name);
    expect(refs.length).toBeGreaterThan(0);
    for (const name of refs) expect(text).toMatch(new RegExp(`"(\\$id": )?"?${name}"(: \\{|,)`));
  });
});
