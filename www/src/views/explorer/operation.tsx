// One operation: its form, the request beside it, and the outcome.
import { Fragment } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { focusOn } from "../../forms/context.ts";
import type { Contract, Operation } from "../../forms/contract.ts";
import { sectionsOf } from "../../forms/fields.tsx";
import { Summary, useIssues } from "../../forms/issues.tsx";
import { useLoaded } from "../../forms/loaded.ts";
import type { Field, Form, Json } from "../../forms/model.ts";
import type { Request } from "../../forms/program.ts";
import { build } from "../../forms/request.ts";
import { Method, RequestPanel } from "../../forms/request-panel.tsx";
import { SchemaForm } from "../../forms/schema-form.tsx";
import { Prose } from "../../forms/texts.tsx";
import { initial } from "../../forms/value.ts";
import { backend, cloud } from "../../store/cloud.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Outcome } from "./outcome.tsx";
import { requestOf, runs, send } from "./runs.ts";
import { listOf, useSuggestions } from "./suggestions.ts";

const loadClient = async () => {
  const [client, { clientOptions }] = await Promise.all([cloud, backend]);
  return { client, organizationId: clientOptions.organizationId };
};

/** The client knows its organization: only operations on an organization itself ask for it. */
function pathFieldsOf({ resource, pathFields }: Operation): readonly Field[] {
  if (resource === "organizations") return pathFields;
  return pathFields.filter(({ name }) => name !== "organizationId");
}

const objectOf = (fields: readonly Field[]): Form => ({
  kind: "object",
  fields,
  help: undefined,
  nullable: false,
  secret: false,
  default: undefined,
  example: undefined,
});

/** A new form: with what the address says, and the objects that must be there. */
function firstRequest({ pathFields, queryFields, body, bodyRequired }: Operation, search: string): Request {
  const given = new URLSearchParams(search);
  const from = (fields: readonly Field[]) =>
    Object.fromEntries(fields.flatMap(({ name, form }) => (form.kind === "text" && given.get(name) ? [[name, given.get(name)]] : [])));
  return {
    path: from(pathFields),
    query: from(queryFields),
    body: bodyRequired && body?.kind === "object" ? initial(body) : undefined,
  };
}

/** Shows the latest request of the operation, whichever that is. */
const LATEST = -1;

export function OperationView({ contract, operation, search }: { contract: Contract; operation: Operation; search: string }) {
  const loaded = useLoaded(loadClient).data;
  const state = requestOf(operation, () => firstRequest(operation, search));
  const pathFields = pathFieldsOf(operation);
  const request: Request = useMemo(() => {
    const knows = operation.resource === "organizations" && loaded?.organizationId !== undefined;
    const needs = knows && operation.pathFields.length > 0;
    return needs ? { ...state.value, path: { organizationId: loaded.organizationId, ...state.value.path } } : state.value;
  }, [state.value, loaded]);
  const built = useMemo(
    () => (loaded === undefined ? { issues: [], curl: undefined } : build(loaded.client, operation, request)),
    [loaded, request],
  );
  const suggest = useSuggestions(contract, operation);
  const { shared, issues, leave, showAll, all } = useIssues(built.issues, suggest);
  const [attempt, setAttempt] = useState(0);
  const [asks, setAsks] = useState(false);
  const [chosen, setChosen] = useState(LATEST);

  const own = runs.value.filter((run) => run.operation === operation);
  const [latest] = own;
  const run = runs.value.find(({ id }) => id === chosen) ?? latest;
  const isRunning = latest?.status === "running";
  const isUnsafe = operation.method === "DELETE" || !operation.idempotent;
  const go = () => {
    setAsks(false);
    setChosen(LATEST);
    void send(operation, request);
  };
  const submit = () => {
    if (loaded === undefined || isRunning) return;
    const [first] = built.issues;
    if (first !== undefined) {
      showAll(true);
      setAttempt(attempt + 1);
      setTimeout(() => focusOn(first.path));
      return;
    }
    showAll(false);
    if (isUnsafe) setAsks(true);
    else go();
  };
  const set = (changes: Partial<Request>) => {
    state.value = { ...request, ...changes };
  };
  const parts: [string, "path" | "query", readonly Field[]][] = [
    ["Path", "path", pathFields],
    ["Query", "query", operation.queryFields],
  ];
  return (
    <div class="operation">
      <div class="operation-about">
        <p class="request-line">
          <Method name={operation.method} /> <code>{operation.path}</code> {operation.beta && <span class="beta">beta</span>}
          {operation.deprecated && <span class="beta">deprecated</span>}
        </p>
        <p>
          <strong>{operation.summary}</strong>
        </p>
        {operation.description !== undefined && (
          <p class="soft">
            <Prose text={operation.description} />
          </p>
        )}
      </div>
      <div class="form-beside">
        <form
          class="card"
          noValidate
          onFocusOut={(event) => leave(event.target)}
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          {all && <Summary key={attempt} issues={issues} />}
          {parts.map(
            ([title, place, fields]) =>
              fields.length > 0 && (
                <fieldset key={place} class="form-fields">
                  <legend class="form-legend">{title}</legend>
                  <SchemaForm
                    form={objectOf(fields)}
                    path={[place]}
                    label={title}
                    value={request[place] as Json}
                    onChange={(value) => set({ [place]: value ?? {} })}
                    sections={sectionsOf(fields)}
                    shared={shared}
                  />
                  {place === "path" && <Lists contract={contract} operation={operation} fields={fields} />}
                </fieldset>
              ),
          )}
          {operation.body !== undefined && (
            <fieldset class="form-fields">
              <legend class="form-legend">Body</legend>
              {!operation.bodyRequired && request.body === undefined ? (
                <div>
                  <Button kind="plain" icon="plus" onClick={() => set({ body: initial(operation.body as Form) ?? {} })}>
                    Send a body
                  </Button>
                </div>
              ) : (
                <SchemaForm
                  form={operation.body}
                  path={["body"]}
                  label="Body"
                  value={request.body}
                  onChange={(body) => set({ body })}
                  shared={shared}
                />
              )}
            </fieldset>
          )}
          <div class="actions form-actions">
            <Button
              type="submit"
              kind={operation.method === "DELETE" ? "danger" : "primary"}
              busy={isRunning}
              disabledBecause={loaded === undefined ? "The client is still loading" : undefined}
            >
              {isUnsafe ? "Send…" : "Send"}
            </Button>
            <span class="soft">
              Result: <code>{operation.resultType}</code>
            </span>
          </div>
        </form>
        <RequestPanel operation={operation} request={request} built={built} />
      </div>
      {run !== undefined && <Outcome key={run.id} run={run} />}
      <Runs current={run?.id} onChoose={setChosen} />
      <Dialog open={asks} title={<>Send {operation.name}?</>} onClose={() => setAsks(false)}>
        <p>
          <Method name={operation.method} /> <Prose text={operation.summary} />
        </p>
        {operation.method === "DELETE" ? (
          <p>What it deletes does not come back.</p>
        ) : (
          <p>It is not idempotent: each time it is sent, it acts again.</p>
        )}
        {latest?.failure?.ambiguous && <p>The last one had no response and may have had its effect. Look before you send another one.</p>}
        <div class="actions">
          <Button kind={operation.method === "DELETE" ? "danger" : "primary"} onClick={go}>
            Send
          </Button>
          <Button onClick={() => setAsks(false)}>Cancel</Button>
        </div>
      </Dialog>
    </div>
  );
}

/** Ways to the operations that list the ids which the path needs. */
function Lists({ contract, operation, fields }: { contract: Contract; operation: Operation; fields: readonly Field[] }) {
  const lists = fields.flatMap(({ name }) => listOf(contract, operation, name) ?? []);
  if (lists.length === 0) return null;
  return (
    <p class="help">
      IDs come from{" "}
      {lists.map((list, index) => (
        <Fragment key={list.name}>
          {index > 0 && ", "}
          <Link href={`/explorer/${list.name}`}>{list.name}</Link>
        </Fragment>
      ))}
      .
    </p>
  );
}

function Runs({ current, onChoose }: { current: number | undefined; onChoose: (id: number) => void }) {
  if (runs.value.length === 0) return null;
  return (
    <section class="card runs" aria-label="What was sent">
      <h2>What was sent</h2>
      <ol>
        {runs.value.map((run) => (
          <li key={run.id}>
            <button type="button" class="run" aria-current={run.id === current} onClick={() => onChoose(run.id)}>
              <Method name={run.operation.method} />
              <span>{run.operation.name}</span>
              <span class={run.status === "failed" ? "bad-text" : "soft"}>
                {run.status === "running" ? "in progress" : (run.httpStatus ?? (run.status === "failed" ? "no response" : ""))}
              </span>
              <span class="soft">{run.durationMs === undefined ? "" : `${run.durationMs.toLocaleString()} ms`}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
