// The rate limit as a gauge: the requests of the last window, and when the next may go.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { now } from "../../store/cloud.ts";
import { isPending, sentAt, traffic } from "../../store/traffic.ts";
import { duration, plural } from "../../ui/text.ts";
import { opened } from "./backend-bar.tsx";

const LIVE = { requests: 10, perMs: 10_000 };
const tick = signal(0);

export function LimitPanel() {
  useEffect(() => {
    const timer = setInterval(() => {
      tick.value += 1;
    }, 200);
    return () => clearInterval(timer);
  }, []);
  void tick.value;
  const given = opened.value?.clientOptions.rateLimit;
  const { requests = LIVE.requests, perMs = LIVE.perMs } = typeof given === "object" && "perMs" in given ? given : LIVE;
  const moment = now();
  const inWindow = sentAt.value.filter((sent) => sent > moment - perMs);
  const oldest = inWindow.at(0);
  const refused = traffic.value.filter(({ value }) => value.attempts.some(({ status }) => status === 429)).length;
  return (
    <div class="panel-fields">
      <p>
        <label for="limit-gauge">
          {inWindow.length} of {plural(requests, "request")} in the last {duration(perMs)} of the back end's time
        </label>
      </p>
      <meter id="limit-gauge" min={0} max={requests} high={requests * 0.8} value={Math.min(inWindow.length, requests)} />
      <ol class="slots" aria-hidden="true">
        {Array.from({ length: requests }, (_, slot) => (
          <li key={slot} class={slot < inWindow.length ? "used" : ""} />
        ))}
      </ol>
      <p>
        {inWindow.length < requests || oldest === undefined
          ? "The next request goes at once."
          : `The next request goes in ${duration(Math.max(0, oldest + perMs - moment))}: the client waits by itself, in order.`}
      </p>
      <p class="soft">
        {plural(traffic.value.filter(({ value }) => isPending(value)).length, "call")} in progress, {plural(refused, "call")} met a 429.
      </p>
    </div>
  );
}
