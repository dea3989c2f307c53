// A moment: relative, with the full date as its title.
import { signal } from "@preact/signals";
import { ago, dateTime } from "./text.ts";

/** Relative times are rendered again at each tick. */
const tick = signal(0);
setInterval(() => {
  tick.value += 1;
}, 5000);

export function Time({ at, now }: { at: string | number; now: () => number }) {
  const then = typeof at === "number" ? at : Date.parse(at);
  void tick.value;
  if (Number.isNaN(then)) return <span>{at}</span>;
  return (
    <time dateTime={new Date(then).toISOString()} title={dateTime(then)}>
      {ago(then, now())}
    </time>
  );
}
