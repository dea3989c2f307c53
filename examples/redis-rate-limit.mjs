// Many processes, one key: they keep the API's rate limit together, by a count in Redis.
//
// One process needs none of this: its client keeps the limit itself, and several clients can share a `RateLimiter`.
//
//     npm install clickhouse-cloud redis rate-limiter-flexible
//     REDIS_URL=redis://127.0.0.1:6379 node redis-rate-limit.mjs        # as often at once as you like
//
// CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET hold the key; with the lines that
// `npx clickhouse-cloud sandbox` prints it runs without an account.
import { setTimeout as sleep } from "node:timers/promises";
import { CloudClient } from "clickhouse-cloud";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { createClient } from "redis";

const redis = createClient({ url: process.env.REDIS_URL });
redis.on("error", (error) => console.error(error.message));
await redis.connect();

// The API takes 10 requests in any 10 s: its window slides. The windows here are fixed, the next one begins with the
// first request after the last one's end, and so the end of one and the beginning of another may come back to back.
// Ten requests can lie no closer than this:
//
//     windows = 10 / points, rounded down        (windows - 1) * duration >= 10 s, and some more for those that are late
//
//     points  windows  duration   in 10 s   at once
//          5        2      12 s       4.1         5
//          3        3       6 s       5           3
//          2        5       3 s       6.7         2      2 s for those that are late
//
// 10 points in 10 s would let 20 through in a moment. A third of the limit is lost here: the
// price of fixed windows.
const limiter = new RateLimiterRedis({ storeClient: redis, useRedisPackage: true, keyPrefix: "clickhouse-cloud", points: 2, duration: 3 });
const key = process.env.CLICKHOUSE_CLOUD_API_KEY;

const rateLimit = {
  /** Resolves when a request may go; with a function that is told of its answer. */
  async acquire(signal) {
    for (;;) {
      try {
        await limiter.consume(key);
        return answered;
      } catch (refused) {
        // Anything else is an error of Redis: the call fails with it.
        if (!(refused instanceof RateLimiterRes)) throw refused;
        await sleep(refused.msBeforeNext, undefined, { signal });
      }
    }
  },
};

/** After a 429 someone else uses the key as well: all wait for as long as the API asks. To block for 0 s is for ever. */
function answered({ status, retryAfterMs }) {
  if (status === 429) limiter.block(key, Math.max(1, Math.ceil(retryAfterMs / 1000))).catch((error) => console.error(error.message));
}

const cloud = new CloudClient({ rateLimit });
try {
  // Ten questions at once; each goes when the limit lets it.
  const asked = Array.from({ length: 10 }, async (_, index) => {
    const { data, attempts } = await cloud.services.list().withResponse();
    console.log(`${process.pid}: answer ${index + 1}, ${data.length} services, ${attempts} attempt(s)`);
  });
  await Promise.all(asked);
} finally {
  await redis.close();
}
