// Notices: what happened, in words.
import type { ComponentChildren } from "preact";
import type { Failure } from "../store/failure.ts";
import { Icon, type IconName } from "./icon.tsx";

const icons: Record<Tone, IconName> = { good: "running", busy: "busy", bad: "bad", rest: "unknown" };
type Tone = "good" | "busy" | "bad" | "rest";

export function Notice({ tone, title, children }: { tone: Tone; title?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`}>
      <Icon name={icons[tone]} />
      <div class="notice-text">
        {title !== undefined && <p class="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

/** A failed request, in words, with the API's own text, and actions. */
export function FailureNotice({ failure, children }: { failure: Failure; children?: ComponentChildren }) {
  return (
    <Notice tone={failure.ambiguous ? "busy" : "bad"} title={failure.title}>
      {failure.issues.length === 0 ? (
        <p dir="auto">{failure.text}</p>
      ) : (
        <ul>
          {failure.issues.map(({ path, message }) => (
            <li key={path.join(".")} dir="auto">
              <code>{path.join(".")}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {failure.requestId !== undefined && (
        <p class="soft">
          Request <code>{failure.requestId}</code>
        </p>
      )}
      {children !== undefined && <div class="actions">{children}</div>}
    </Notice>
  );
}
