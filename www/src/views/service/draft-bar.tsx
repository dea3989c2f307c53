// The end of a form that is a draft: what others have changed meanwhile, and the buttons.
import { mutation } from "../../store/mutations.ts";
import type { Draft } from "../../store/drafts.ts";
import { Button } from "../../ui/button.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { Notice } from "../../ui/notice.tsx";

export interface SaveBarProps {
  /** The key of the change. */
  readonly of: string;
  readonly act: string;
  readonly isChanged: boolean;
  /** Why it cannot be saved now, beside that nothing has changed. */
  readonly refusal?: string | undefined;
  readonly onReset: () => void;
}

export function SaveBar({ of, act, isChanged, refusal, onReset }: SaveBarProps) {
  const busy = mutation(of).value?.status === "running";
  return (
    <>
      <div class="actions">
        <Button type="submit" kind="primary" busy={busy} disabledBecause={isChanged ? refusal : "Nothing has changed"}>
          {act}
        </Button>
        <Button disabledBecause={isChanged ? undefined : "Nothing has changed"} onClick={onReset}>
          Discard changes
        </Button>
      </div>
      {/* Always a line, so that nothing below it moves. */}
      <p class={isChanged && refusal !== undefined ? "error-text" : "help"}>
        {isChanged ? (refusal ?? "Not saved yet") : "Nothing has changed"}.
      </p>
      <MutationNotice of={of} />
    </>
  );
}

type Values = Record<string, unknown>;

/** The fields that others have changed since the visitor began to change them. */
export function Conflicts<T extends Values>({ of, names }: { of: Draft<T>; names: Readonly<Record<keyof T, string>> }) {
  return (
    <>
      {of.conflicts.value.map((field) => (
        <Notice key={String(field)} tone="busy" title={`${names[field]} was changed elsewhere.`}>
          <p>
            There it is <strong dir="auto">{text(of.server(field))}</strong>, here{" "}
            <strong dir="auto">{text(of.values.value[field])}</strong>.
          </p>
          <div class="actions">
            <Button label={`Keep mine: ${names[field]}`} onClick={() => of.keep(field)}>
              Keep mine
            </Button>
            <Button label={`Take theirs: ${names[field]}`} onClick={() => of.take(field)}>
              Take theirs
            </Button>
          </div>
        </Notice>
      ))}
    </>
  );
}

const text = (value: unknown): string => (value === true ? "on" : value === false ? "off" : String(value ?? "none"));

/** What will happen to an entry, in a word. */
export function Mark({ state }: { state: "same" | "added" | "removed" }) {
  if (state === "same") return null;
  return <span class={`mark ${state}`}>{state === "added" ? "will be added" : "will be removed"}</span>;
}
