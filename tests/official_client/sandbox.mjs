// SPDX-License-Identifier: Apache-2.0
// A `react1 sandbox` process, and the official client pointed at it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

export const { createFalClient, ApiError, ValidationError } = createRequire(import.meta.url)("@fal-ai/client");

export const endpoint = "fal-ai/sync-lipsync/react-1";
export const key = "official-client:not-a-real-secret";

export class Sandbox {
  // `ledger`: path of the ledger; `options`: further flags.
  static async start(program, ledger, ...options) {
    const child = spawn(program, ["sandbox", "-q", "--reach", "any", "--ledger", ledger, ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const sandbox = new Sandbox();
    sandbox.child = child;
    sandbox.ledger = ledger;
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, "line"), once(child, "exit")]);
    if (typeof first[0] !== "string" || !first[0].startsWith("http://127.0.0.1:")) {
      throw new Error(`the sandbox did not start: ${first[0]}`);
    }
    sandbox.url = first[0];
    return sandbox;
  }

  // The client has its hosts built in, so each request is sent to the loopback service instead, just before it leaves.
  // Storage URLs need no such help: they come from the service.
  client(options = {}) {
    return createFalClient({
      credentials: key,
      requestMiddleware: async (request) => ({
        ...request,
        url: request.url.replace(/^https:\/\/(queue\.fal\.run|rest\.fal\.ai|fal\.run)/, this.url),
      }),
      ...options,
    });
  }

  entries(event) {
    return readFileSync(this.ledger, "utf8")
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
      .filter((entry) => entry.event === event);
  }

  async stop() {
    if (this.child.exitCode !== null) return;
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
  }
}
