// Handlers of commands that have nothing to say.

import { NO_RESP, type NoResp } from "opte-api";

/** A handler that does `run`, and answers that it is done. */
export function noResp<Req>(run: (request: Req) => void): (request: Req) => NoResp {
  return (request) => {
    run(request);
    return NO_RESP;
  };
}
