// The issues of a form: which of them are shown, and all of them at once.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { focusOn, type Issue, isWithin, keyOf, type Shared, type Suggest } from "./context.ts";
import { nameOf } from "./texts.tsx";
import type { Path } from "./value.ts";

/** The issues of a form as they are shown: those of fields that were left, and all after an attempt to send. */
export interface Shown {
  readonly issues: readonly Issue[];
  readonly shared: Omit<Shared, "Part">;
  /** Shows the issue of a field from now on. */
  readonly leave: (target: EventTarget | null) => void;
  readonly showAll: (all: boolean) => void;
  readonly all: boolean;
}

function usePointerIsDown() {
  const isDown = useRef(false);
  useEffect(() => {
    const ends = new AbortController();
    const set = ({ type }: Event) => {
      isDown.current = type === "pointerdown";
    };
    for (const type of ["pointerdown", "pointerup", "pointercancel"]) addEventListener(type, set, { capture: true, signal: ends.signal });
    return () => ends.abort();
  }, []);
  return isDown;
}

export function useIssues(issues: readonly Issue[], suggest: Suggest): Shown {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [all, showAll] = useState(false);
  const pointerIsDown = usePointerIsDown();
  const shown = all ? issues : issues.filter(({ path }) => left.has(keyOf(path)));
  const shared = useMemo(
    () => ({
      issueAt: (path: Path) => {
        const key = keyOf(path);
        const texts = shown.filter((issue) => keyOf(issue.path) === key).map(({ message }) => message);
        return texts.length === 0 ? undefined : texts.join(" ");
      },
      hasIssue: (path: Path) => shown.some((issue) => isWithin(issue.path, path)),
      suggest,
    }),
    [shown.map(({ path, message }) => keyOf(path) + message).join("\n"), suggest],
  );
  return {
    issues: shown,
    shared,
    all,
    showAll,
    leave(target) {
      const path = target instanceof Element ? target.closest<HTMLElement>("[data-path]")?.dataset.path : undefined;
      if (path === undefined) return;
      const show = () => setLeft((before) => (before.has(path) ? before : new Set(before).add(path)));
      if (!pointerIsDown.current) return show();
      // An issue that appears under the pointer moves what is being clicked, and the click is lost.
      const afterwards = () => setTimeout(show);
      addEventListener("pointerup", afterwards, { once: true });
      addEventListener("pointercancel", afterwards, { once: true });
    },
  };
}

/** All issues at once, each a way to its field. */
export function Summary({ issues }: { issues: readonly Issue[] }) {
  if (issues.length === 0) return null;
  return (
    <div class="notice bad form-summary" role="alert">
      <div class="notice-text">
        <p class="notice-title">
          {issues.length === 1 ? "One value is refused; nothing was sent." : `${issues.length} values are refused; nothing was sent.`}
        </p>
        <ul>
          {issues.map(({ path, message }) => (
            <li key={keyOf(path) + message}>
              <button type="button" class="link" onClick={() => focusOn(path)}>
                {nameOf(path)}
              </button>
              : <bdi>{message}</bdi>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
