// The VPC engine as a subject of the conformance runner.

import { NotSupported, type Subject } from "./subject.js";

export const vpcSubject: Subject = {
  createPort() {
    throw new NotSupported("scenarios");
  },
};
