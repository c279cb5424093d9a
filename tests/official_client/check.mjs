// SPDX-License-Identifier: Apache-2.0
// The official JavaScript client (npm @fal-ai/client), which we did not write, must get everything done on the sandbox.
// Usage: node check.mjs PROGRAM FIXTURES. The first failure ends it with a stack trace and exit code 1.
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, Sandbox, ValidationError, endpoint } from "./sandbox.mjs";

const [program, fixtures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "react1-official-client-"));
const running = [];

async function sandbox(name, ...options) {
  const started = await Sandbox.start(program, join(folder, `${name}.jsonl`), ...options);
  running.push(started);
  return started;
}

function clip(name, type) {
  return new File([readFileSync(join(fixtures, name))], name, { type });
}

function input(video_url, audio_url, changes = {}) {
  return { video_url, audio_url, emotion: "happy", model_mode: "face", lipsync_mode: "cut_off", temperature: 0.5, ...changes };
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const download = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());

// --- files

async function uploads(service) {
  const client = service.client();
  const video = clip("presenter_h264_25fps_6s.mp4", "video/mp4");
  const audio = clip("voice_mono_48k_5s.wav", "audio/wav");
  const urls = [await client.storage.upload(video), await client.storage.upload(audio)];
  assert.equal(sha256(await download(urls[0])), sha256(Buffer.from(await video.arrayBuffer())));
  return urls;
}

async function uploadInParts(service) {
  const size = 91 * 1024 * 1024 + 12345; // above the client's limit of 90 MiB for a single upload
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i += 4096) bytes.writeUInt32LE(i, i); // every part differs
  const url = await service.client().storage.upload(new File([bytes], "long.bin", { type: "application/octet-stream" }));
  const head = await fetch(url, { method: "HEAD" });
  assert.equal(Number(head.headers.get("content-length")), size);
  assert.equal(sha256(await download(url)), sha256(bytes));
  const parts = service.entries("seen").filter((entry) => entry.route === "part");
  assert.equal(parts.length, 10);
}

// --- the queue

async function subscribe(service, urls, options) {
  const seen = [];
  let enqueued;
  const result = await service.client().subscribe(endpoint, {
    input: input(...urls),
    logs: true,
    ...options,
    onEnqueue: (id) => (enqueued = id),
    onQueueUpdate: (update) => seen.push(update),
  });
  assert.equal(result.requestId, enqueued);
  assert.equal(result.data.video.num_frames, 125); // 5 s of voice at 25 frames a second
  assert.equal(sha256(await download(result.data.video.url)).length, 64);
  const words = seen.map((update) => update.status);
  assert.ok(words.includes("IN_QUEUE"), `never queued: ${words}`);
  assert.equal(words.at(-1), "COMPLETED");
  const messages = seen.flatMap((update) => update.logs ?? []).map((entry) => entry.message);
  assert.ok(messages.some((message) => message.includes("timing only")), "no log line came");
  return enqueued;
}

async function refusals(service, urls) {
  const client = service.client();
  const before = service.entries("accepted").length;
  await assert.rejects(client.subscribe(endpoint, { input: input(...urls, { emotion: "joyful" }) }), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.status, 422);
    assert.deepEqual(error.fieldErrors[0].loc, ["body", "emotion"]);
    return true;
  });
  assert.equal(service.entries("accepted").length, before, "a refused submit was accepted");

  // What only the model can find comes with the result of a request that counts as completed.
  await assert.rejects(client.subscribe(endpoint, { input: input(urls[0], `${service.url}/files/b/0/none.wav`) }), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.fieldErrors[0].type, "file_download_error");
    return true;
  });
}

async function cancel() {
  const service = await sandbox("cancel", "--queue-time", "3600");
  const client = service.client();
  const { request_id: requestId, status } = await client.queue.submit(endpoint, {
    input: input("http://127.0.0.1:9/v.mp4", "http://127.0.0.1:9/a.wav"),
    priority: "low",
  });
  assert.equal(status, "IN_QUEUE");
  assert.equal((await client.queue.status(endpoint, { requestId })).status, "IN_QUEUE");
  await client.queue.cancel(endpoint, { requestId });
  assert.equal((await client.queue.status(endpoint, { requestId })).status, "COMPLETED");
  await assert.rejects(client.queue.cancel(endpoint, { requestId }), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 400);
    return true;
  });
  assert.equal(service.entries("completed")[0].state, "cancelled");
}

// --- webhooks

async function webhook(service, urls) {
  const deliveries = [];
  let arrived;
  const first = new Promise((resolve) => (arrived = resolve));
  const receiver = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    deliveries.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(deliveries.length === 1 ? 500 : 200).end(); // the first one has to come again
    if (deliveries.length === 2) arrived();
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { request_id } = await service.client().queue.submit(endpoint, {
    input: input(...urls),
    webhookUrl: `http://127.0.0.1:${receiver.address().port}/done?a=1&b=2`,
  });
  await first;
  receiver.close();

  const { keys } = await (await fetch(`${service.url}/.well-known/jwks.json`)).json();
  const publicKey = createPublicKey({ key: keys[0], format: "jwk" });
  for (const { headers, body } of deliveries) {
    const message = [
      headers["x-fal-webhook-request-id"],
      headers["x-fal-webhook-user-id"],
      headers["x-fal-webhook-timestamp"],
      sha256(body),
    ].join("\n");
    const signature = Buffer.from(headers["x-fal-webhook-signature"], "hex");
    assert.ok(verify(null, Buffer.from(message), publicKey, signature), "the signature does not hold");
    assert.ok(Math.abs(Date.now() / 1000 - Number(headers["x-fal-webhook-timestamp"])) < 300);
    const document = JSON.parse(body);
    assert.equal(document.request_id, request_id);
    assert.equal(document.status, "OK");
    assert.equal(document.payload.video.num_frames, 125);
  }
}

// --- faults: what they are for is shown by a client that pays twice

async function faults() {
  const script = join(folder, "faults.json");
  writeFileSync(
    script,
    JSON.stringify({
      faults: [
        { route: "submit", call: 1, do: { status: 503, body: { detail: "busy" }, headers: { "Retry-After": "1" } } },
        { route: "submit", call: 2, do: { reset: "after" } },
        { route: "status", call: 1, do: { status: 500 } },
      ],
    }),
  );
  const service = await sandbox("faults", "--faults", script, "--no-render", "--queue-time", "0");
  const result = await service.client().subscribe(endpoint, { input: input("http://127.0.0.1:9/v", "http://127.0.0.1:9/a") });
  assert.equal(result.data.video.file_name, "output.mp4");
  const accepted = service.entries("accepted");
  assert.equal(accepted.length, 2, "the client sends again after a lost answer; the ledger must show both payments");
  assert.equal(accepted[0].input_sha256, accepted[1].input_sha256);
  assert.deepEqual(service.entries("answered").map((entry) => entry.delivered), [false, true]);
}

function keyStayedWhereItBelongs(service) {
  const open = new Set(["upload", "part", "complete", "file", "jwks"]);
  const seen = service.entries("seen");
  for (const entry of seen) {
    assert.equal(entry.authorization, !open.has(entry.route), `${entry.method} ${entry.route}`);
  }
  for (const route of ["initiate", "initiate_multipart", "upload", "part", "complete", "submit", "status", "stream", "result"]) {
    assert.ok(seen.some((entry) => entry.route === route), `${route} was never asked for`);
  }
}

let failed = false;
try {
  const service = await sandbox("main", "--queue-time", "0.3");
  const step = async (name, work) => {
    const begin = Date.now();
    const value = await work();
    console.log(`ok: ${name} (${Date.now() - begin} ms)`);
    return value;
  };
  const urls = await step("upload", () => uploads(service));
  await step("upload in parts", () => uploadInParts(service));
  await step("subscribe, polling", () => subscribe(service, urls, { mode: "polling", pollInterval: 100 }));
  await step("subscribe, streaming", () => subscribe(service, urls, { mode: "streaming" }));
  await step("webhook", () => webhook(service, urls));
  await step("validation errors", () => refusals(service, urls));
  await step("cancel", cancel);
  await step("faults", faults);
  await step("the key stayed where it belongs", () => keyStayedWhereItBelongs(service));
} catch (error) {
  failed = true;
  console.error(error);
}
await Promise.all(running.map((service) => service.stop()));
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
