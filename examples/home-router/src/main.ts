// Prints the demonstration: what `npm start -w opte-example-home-router` runs.

import { demo } from "./demo.ts";

demo((line) => {
  console.log(line);
});
