// The rate limit as a gauge: the slots that are taken, the calls that wait for one, and when the next may go.
import { useEffect, useReducer } from "preact/hooks";
import { useLoaded } from "../../forms/loaded.ts";
import { limiter, now } from "../../store/cloud.ts";
import { isPending, latest, traffic } from "../../store/traffic.ts";
import { Skeleton } from "../../ui/empty.tsx";
import { duration, plural } from "../../ui/text.ts";

const loadLimiter = () => limiter;
/** The most calls that are drawn one by one. */
const DRAWN = 40;

/** When the next request goes. Where a slot is free, only a 429 of before holds calls back. */
function next(ms: number, waiting: number): string {
  if (ms > 0) return ms === Number.POSITIVE_INFINITY ? "once a response has come" : `in ${duration(ms)}`;
  return waiting === 0 ? "at once" : "in a moment";
}

export function LimitPanel() {
  const limit = useLoaded(loadLimiter).data;
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(render, 200, undefined);
    return () => clearInterval(timer);
  }, []);
  if (limit === undefined) return <Skeleton label="Loading" />;
  const { requests, perMs, waiting } = limit;
  // A slot is free again one window after the response came.
  const moment = now();
  const free = latest.map(({ ended }) => ended + perMs).filter((at) => at > moment);
  const taken = Math.min(free.length, requests);
  const nextMs = free.length < requests ? 0 : Math.min(...free) - moment;
  const refused = traffic.value.filter(({ value }) => value.attempts.some(({ status }) => status === 429)).length;
  return (
    <div class="panel-fields">
      <p>
        <label for="limit-gauge">
          {taken} of {plural(requests, "request")} in the last {duration(perMs)} of the back end's time
        </label>
      </p>
      <meter id="limit-gauge" min={0} max={requests} high={requests * 0.8} value={taken} />
      <ol class="slots" aria-hidden="true">
        {Array.from({ length: requests + Math.min(waiting, DRAWN) }, (_, slot) => (
          <li key={slot} class={slot >= requests ? "waits" : slot < taken ? "used" : ""} />
        ))}
      </ol>
      <p>
        {waiting === 0 ? "No call waits" : waiting === 1 ? "1 call waits" : `${plural(waiting, "call")} wait`} for a slot. The next request
        goes {next(nextMs, waiting)}.
      </p>
      <p class="soft">
        Calls wait by themselves, in order. {plural(traffic.value.filter(({ value }) => isPending(value)).length, "call")} in progress,{" "}
        {plural(refused, "call")} met a 429.
      </p>
    </div>
  );
}
