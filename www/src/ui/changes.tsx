// The changes that are in progress, and the one that was done last, over the page: nothing moves when they come and go. Those that
// failed are in the views.
import { abort, latestDone, mutations } from "../store/mutations.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { words } from "./text.ts";

export function Changes() {
  const running = mutations.value.filter(({ status }) => status === "running");
  const done = latestDone.value;
  if (running.length === 0 && done === undefined) return null;
  return (
    <section class="changes" aria-label="Changes">
      {running.map(({ key, label, progress }) => (
        <Notice key={key} tone="busy" title={`${label}…`}>
          <p>{progress === undefined ? "The request is on its way." : `Now: ${words(progress)}.`}</p>
          <div class="actions">
            <Button label={`Stop waiting: ${label}`} onClick={() => abort(key)}>
              Stop waiting
            </Button>
          </div>
        </Notice>
      ))}
      {done && <Notice tone="good" title={`${done.label}: done.`} />}
    </section>
  );
}
