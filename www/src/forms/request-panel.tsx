// The request of a form as it stands: JSON, curl and JavaScript.
import { useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { Code } from "../ui/code.tsx";
import type { Operation } from "./contract.ts";
import { bodyText, program, type Request } from "./program.ts";
import type { Built } from "./request.ts";

const views = ["JavaScript", "curl", "JSON"] as const;

export function RequestPanel({ operation, request, built }: { operation: Operation; request: Request; built: Built }) {
  const [view, setView] = useState<(typeof views)[number]>("JavaScript");
  const { body } = operation;
  return (
    <section class="card request-panel" aria-label="The request">
      <h2>The request</h2>
      <p class="request-line">
        <Method name={operation.method} /> <code>{operation.path}</code>
      </p>
      <fieldset class="actions">
        <legend class="unseen">Shown as</legend>
        {views.map((each) =>
          each === "JSON" && body === undefined ? null : (
            <Button key={each} pressed={view === each} onClick={() => setView(each)}>
              {each}
            </Button>
          ),
        )}
      </fieldset>
      {view === "JavaScript" && <Code text={program(operation, request)} label="JavaScript" />}
      {view === "JSON" && body !== undefined && <Code text={bodyText(body, request.body) || "Nothing yet."} label="JSON" />}
      {view === "curl" &&
        (built.curl === undefined ? (
          <p class="soft">The command is here as soon as all values are valid.</p>
        ) : (
          <Code text={built.curl} label="curl" />
        ))}
    </section>
  );
}

export function Method({ name }: { name: string }) {
  return <span class={`method ${name.toLowerCase()}`}>{name}</span>;
}
