// SPDX-License-Identifier: Apache-2.0
// The same with the official JavaScript client: node waits.mjs URL N SECONDS
import { createRequire } from "node:module";

const { createFalClient } = createRequire(new URL("../official_client/", import.meta.url))("@fal-ai/client");
const [url, count, seconds] = process.argv.slice(2);
const client = createFalClient({
  credentials: "bench:not-a-real-secret",
  requestMiddleware: async (request) => ({
    ...request,
    url: request.url.replace(/^https:\/\/(queue\.fal\.run|rest\.fal\.ai|fal\.run)/, url),
  }),
});
const late = [];
let completed = 0;
await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    const clip = `${url}/files/b/none/${i}`;
    let submitted;
    await client.subscribe("fal-ai/sync-lipsync/react-1", {
      input: {
        video_url: `${clip}.mp4`, audio_url: `${clip}.mp3`, emotion: "happy", model_mode: "face", lipsync_mode: "cut_off",
        temperature: 0.5,
      },
      onEnqueue: () => { submitted = performance.now(); },
    });
    late.push((performance.now() - submitted) / 1000 - Number(seconds));
    completed += 1;
  }),
);
late.sort((a, b) => a - b);
const at = (share) => Number(late[Math.floor(share * (late.length - 1))].toFixed(3));
console.log(JSON.stringify({ completed, late_p50_s: at(0.5), late_p95_s: at(0.95), late_max_s: at(1) }));
