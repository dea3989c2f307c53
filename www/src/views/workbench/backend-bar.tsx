// The back end and its time, in the top bar.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { choose, realApiIsOn } from "../../backend/index.ts";
import type { Backend } from "../../backend/types.ts";
import { backend } from "../../store/cloud.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";

export const opened = signal<Backend | undefined>(undefined);
void backend.then((found) => {
  opened.value = found;
});

export function BackendBar() {
  const found = opened.value;
  const clock = found?.sandbox?.clock.value;
  return (
    <div class="backend">
      {found?.notice !== undefined && <Notice tone="busy" title={found.notice} />}
      {realApiIsOn ? (
        <label class="backend-choice">
          <span>Requests go to</span>
          <select value={found?.kind} onChange={(event) => choose(event.currentTarget.value as Backend["kind"])}>
            <option value="sandbox">the sandbox in this page</option>
            <option value="api">the real API</option>
          </select>
        </label>
      ) : (
        <p class="soft">The client is real, the cloud is a sandbox.</p>
      )}
      {found?.sandbox !== undefined && clock !== undefined && (
        <>
          <Now now={found.sandbox.now} />
          <Button pressed={clock.paused} onClick={() => void (clock.paused ? found.sandbox?.play() : found.sandbox?.pause())}>
            {clock.paused ? "Play" : "Pause"}
          </Button>
        </>
      )}
    </div>
  );
}

const shown = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const tick = signal(0);

function Now({ now }: { now: () => number }) {
  useEffect(() => {
    const timer = setInterval(() => {
      tick.value += 1;
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  void tick.value;
  return <time class="backend-now">{shown.format(now())}</time>;
}
