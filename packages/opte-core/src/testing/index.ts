// Conformance suites for those who implement a provider or a network definition, to run under any test runner.
//
//   for (const test of clockSuite(() => ({ clock: myClock, elapse: sleep }))) it(test.name, test.run);

export { clockSuite, type ClockSubject } from "./clock-suite.js";
export { lockSuite } from "./lock-suite.js";
export { logSuite, type LoggedLine, type LogSubject } from "./log-suite.js";
export { networkSuite, type NetworkSubject } from "./network-suite.js";
export { periodicSuite, type PeriodicSubject } from "./periodic-suite.js";
export { probesSuite, type ProbesSubject } from "./probes-suite.js";
export { randomSuite } from "./random-suite.js";
export type { SampleFrame } from "./sample-frames.js";
export { type PublishedCounter, statsSuite, type StatsSubject } from "./stats-suite.js";
export type { TestCase } from "./test-case.js";
