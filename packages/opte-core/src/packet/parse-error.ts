// Why a frame could not be parsed (spec 01 §4.2, §4.3): one preallocated record a packet, filled without allocating.

/** Labels of headers in parse errors (spec 01 §4.1). */
export type HeaderLabel =
  "outer_eth" | "outer_v6" | "outer_udp" | "outer_encap" | "inner_eth" | "inner_l3" | "inner_ulp" | "geneve_option";

/** What is wrong with the structure of a frame (spec 01 §4.2). */
export type HeaderFault =
  /** The frame ends inside the header, or right behind it though another must follow. */
  | "TooSmall"
  /** The header is of a kind that the engine does not carry. */
  | "Unwanted"
  /** The frame is well-formed but no tunnel of ours. */
  | "Reject";

/** Fields whose value can be wrong, as printed. */
export type CheckedField =
  | "Ipv4.version"
  | "Ipv4.ihl"
  | "Ipv4.total_len(min)"
  | "Ipv4.total_len"
  | "Ipv6.version"
  | "Ipv6.payload_len"
  | "Udp.length"
  | "Geneve.version";

/** A parse error as a value: the form that vectors and traces have. */
export type ParseErrorValue =
  | { readonly kind: "header"; readonly header: HeaderLabel; readonly error: HeaderFault }
  | {
      readonly kind: "illegal_value" | "bad_length";
      readonly field: CheckedField;
      readonly expected: number;
      readonly actual: number;
    }
  | { readonly kind: "unrecognised_tunnel_opt"; readonly class: number; readonly type: number };

/** The parse error of the last frame; meaningful only when parsing it failed. */
export class ParseError {
  kind: ParseErrorValue["kind"] = "header";
  /** Set for kind `header`. */
  header: HeaderLabel = "inner_eth";
  /** Set for kind `header`. */
  fault: HeaderFault = "TooSmall";
  /** Set for kinds `illegal_value` and `bad_length`. */
  field: CheckedField = "Ipv4.version";
  /** The value, or the largest value, that the field may have; for `unrecognised_tunnel_opt` the option's class. */
  expected = 0;
  /** The value found; for `unrecognised_tunnel_opt` the option's type. */
  actual = 0;

  /** @returns false, for the parser to return */
  atHeader(header: HeaderLabel, fault: HeaderFault): false {
    this.kind = "header";
    this.header = header;
    this.fault = fault;
    return false;
  }

  /** @returns false, for the parser to return */
  atField(kind: "illegal_value" | "bad_length", field: CheckedField, expected: number, actual: number): false {
    this.kind = kind;
    this.field = field;
    this.expected = expected;
    this.actual = actual;
    return false;
  }

  /** @returns false, for the parser to return */
  atOption(optionClass: number, type: number): false {
    this.kind = "unrecognised_tunnel_opt";
    this.expected = optionClass;
    this.actual = type;
    return false;
  }

  /** This error as a value of its own, which later frames do not change. */
  toValue(): ParseErrorValue {
    switch (this.kind) {
      case "header":
        return { kind: this.kind, header: this.header, error: this.fault };
      case "unrecognised_tunnel_opt":
        return { kind: this.kind, class: this.expected, type: this.actual };
      default:
        return { kind: this.kind, field: this.field, expected: this.expected, actual: this.actual };
    }
  }

  /** `inner_l3: TooSmall`, `Ipv4.ihl: illegal_value, expected 5, got 3`, `unrecognised_tunnel_opt: class 0x0102, type 0x83`. */
  toString(): string {
    switch (this.kind) {
      case "header":
        return `${this.header}: ${this.fault}`;
      case "unrecognised_tunnel_opt":
        return `${this.kind}: class ${hex(this.expected, 4)}, type ${hex(this.actual, 2)}`;
      default:
        return `${this.field}: ${this.kind}, expected ${this.expected}, got ${this.actual}`;
    }
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
