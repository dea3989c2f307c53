// A change that failed, or was perhaps made.
import type { ComponentChildren } from "preact";
import { dismiss, mutation } from "../store/mutations.ts";
import { Button } from "./button.tsx";
import { FailureNotice } from "./notice.tsx";

export function MutationNotice({ of, children }: { of: string; children?: ComponentChildren }) {
  const found = mutation(of).value;
  if (found?.failure === undefined) return null;
  return (
    <FailureNotice failure={{ ...found.failure, title: `${found.label}: ${found.failure.title}` }}>
      {found.status === "unknown" && <p>It may have happened. Look before you try again.</p>}
      {children}
      <Button onClick={() => dismiss(of)}>Dismiss</Button>
    </FailureNotice>
  );
}
