// The changes that are in progress or done, over the page: nothing moves when they come and go. Those that failed stay in the view.
import { abort, mutations } from "../store/mutations.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { words } from "./text.ts";

export function Changes() {
  const shown = mutations.value.filter(({ status }) => status === "running" || status === "done");
  if (shown.length === 0) return null;
  return (
    <section class="changes" aria-label="Changes">
      {shown.map(({ key, label, status, progress }) =>
        status === "done" ? (
          <Notice key={key} tone="good" title={`${label}: done.`} />
        ) : (
          <Notice key={key} tone="busy" title={`${label}…`}>
            <p>{progress === undefined ? "The request is on its way." : `Now: ${words(progress)}.`}</p>
            <div class="actions">
              <Button label={`Stop waiting: ${label}`} onClick={() => abort(key)}>
                Stop waiting
              </Button>
            </div>
          </Notice>
        ),
      )}
    </section>
  );
}
