// Every type of text.jsonl by its name there.

import { BASIC_TEXT_TYPES } from "./basic-text-types.js";
import type { TextType } from "./text-type.js";
import { VPC_TEXT_TYPES } from "./vpc-text-types.js";

/** Every type that can be run. */
export const TEXT_TYPES: Readonly<Record<string, TextType>> = { ...BASIC_TEXT_TYPES, ...VPC_TEXT_TYPES };
