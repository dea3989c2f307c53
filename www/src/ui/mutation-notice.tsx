// How a change goes: in progress, failed, or perhaps made.
import type { ComponentChildren } from "preact";
import { abort, dismiss, mutation } from "../store/mutations.ts";
import { Button } from "./button.tsx";
import { FailureNotice, Notice } from "./notice.tsx";
import { words } from "./text.ts";

export function MutationNotice({ of, children }: { of: string; children?: ComponentChildren }) {
  const found = mutation(of).value;
  if (found === undefined) return null;
  if (found.status === "done") return <Notice tone="good" title={`${found.label}: done.`} />;
  if (found.status === "running") {
    return (
      <Notice tone="busy" title={`${found.label}…`}>
        <p>{found.progress === undefined ? "The request is on its way." : `Now: ${words(found.progress)}.`}</p>
        <div class="actions">
          <Button onClick={() => abort(of)}>Stop waiting</Button>
        </div>
      </Notice>
    );
  }
  if (found.failure === undefined) return null;
  return (
    <FailureNotice failure={{ ...found.failure, title: `${found.label}: ${found.failure.title}` }}>
      {found.status === "unknown" && <p>It may have happened. Look before you try again.</p>}
      {children}
      <Button onClick={() => dismiss(of)}>Dismiss</Button>
    </FailureNotice>
  );
}
