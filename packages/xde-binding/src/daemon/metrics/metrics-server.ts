// Answers scrapes and health checks over HTTP.

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SocketAddress } from "../config/socket-address.js";
import { type Metric, PROMETHEUS_CONTENT_TYPE, prometheusText } from "./prometheus-text.js";

/** What is served. */
export interface MetricsSource {
  readonly metrics: () => Iterable<Metric>;
  /** What is wrong; absent while all is well. */
  readonly fault: () => string | undefined;
}

/** A listening server: `/metrics` for Prometheus, `/healthz` with 200 or 503. */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param at port 0 takes a free one. @throws Error if the address cannot be listened on */
  static listen(at: SocketAddress, source: MetricsSource): Promise<MetricsServer> {
    const server = createServer((request, response) => {
      if (request.method !== "GET" && request.method !== "HEAD") {
        answer(response, 405, "Only GET and HEAD are answered\n", { Allow: "GET, HEAD" });
        return;
      }
      switch (request.url?.split("?", 1)[0]) {
        case "/metrics":
          answer(response, 200, prometheusText(source.metrics()), { "Content-Type": PROMETHEUS_CONTENT_TYPE });
          break;
        case "/healthz": {
          const fault = source.fault();
          answer(response, fault === undefined ? 200 : 503, `${fault ?? "ok"}\n`);
          break;
        }
        default:
          answer(response, 404, "There are /metrics and /healthz\n");
      }
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: at.host, port: at.port }, () => {
        server.off("error", reject);
        resolve(new MetricsServer(server));
      });
    });
  }

  /** The TCP port that it listens on. */
  get port(): number {
    // Unwrap: a TCP server that listens has such an address
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}

function answer(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...headers });
  response.end(text);
}
