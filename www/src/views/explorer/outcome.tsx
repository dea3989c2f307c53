// The outcome of a request: its status and its result, with the secrets masked until they are asked for.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Json } from "../../forms/model.ts";
import { isObject, masked } from "../../forms/value.ts";
import { Button } from "../../ui/button.tsx";
import { Code } from "../../ui/code.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { type Run, stop } from "./runs.ts";

const MASK = "••••••••";

export function Outcome({ run }: { run: Run }) {
  const { operation, status, httpStatus, durationMs, attempts, requestId, failure } = run;
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // It begins below the form.
    if (status === "running") section.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={section} class="card outcome" aria-label="The outcome">
      <h2>
        <span class="soft">Outcome of</span> {operation.name}
      </h2>
      {status === "running" ? (
        <Notice tone="busy" title="The request is on its way.">
          <div class="actions">
            <Button onClick={() => stop(run.id)}>Stop waiting</Button>
          </div>
        </Notice>
      ) : (
        <dl class="facts">
          <Fact name="Status">{httpStatus ?? "no response"}</Fact>
          <Fact name="Time">{durationMs?.toLocaleString()} ms</Fact>
          {attempts !== undefined && <Fact name="Attempts">{attempts}</Fact>}
          {requestId !== undefined && (
            <Fact name="Request">
              <code>{requestId}</code>
            </Fact>
          )}
          {status === "done" && (
            <Fact name="Type">
              <code>{operation.resultType}</code>
            </Fact>
          )}
        </dl>
      )}
      {failure !== undefined && (
        <FailureNotice failure={failure}>{failure.ambiguous && <p>It may have happened. Look before you send it again.</p>}</FailureNotice>
      )}
      {status === "done" && <Result run={run} />}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Result({ run: { operation, result } }: { run: Run }) {
  const [revealed, setRevealed] = useState(false);
  const [asTree, setAsTree] = useState(false);
  const { shown, secrets } = useMemo(() => {
    let secrets = 0;
    const hide = () => {
      secrets += 1;
      return MASK;
    };
    const form = operation.result;
    const hidden = form === undefined ? result : masked(form, result, hide);
    return { shown: (revealed ? result : hidden) as Json | undefined, secrets };
  }, [result, revealed]);
  if (result === undefined || result === null) return <p>It has no result.</p>;
  if (typeof result === "string") return <Code text={result} label="The result" />;
  return (
    <>
      <div class="actions">
        <Button pressed={!asTree} onClick={() => setAsTree(false)}>
          Text
        </Button>
        <Button pressed={asTree} onClick={() => setAsTree(true)}>
          Tree
        </Button>
        {secrets > 0 && (
          <Button pressed={revealed} onClick={() => setRevealed(!revealed)}>
            {revealed ? "Mask the secrets" : "Reveal the secrets"}
          </Button>
        )}
      </div>
      {asTree ? (
        <div class="tree">
          <Tree name={operation.resultType} value={shown as Json} open />
        </div>
      ) : (
        <Code text={JSON.stringify(shown, undefined, 2)} label="The result" />
      )}
    </>
  );
}

function Tree({ name, value, open = false }: { name: string; value: Json; open?: boolean }) {
  const [isOpen, setIsOpen] = useState(open);
  if (!isObject(value) && !Array.isArray(value)) {
    return (
      <p class="leaf">
        <span class="soft">{name}:</span> <bdi>{JSON.stringify(value)}</bdi>
      </p>
    );
  }
  const entries = Object.entries(value);
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        {name} <span class="soft">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      {isOpen && entries.map(([key, inner]) => <Tree key={key} name={key} value={inner as Json} />)}
    </details>
  );
}
