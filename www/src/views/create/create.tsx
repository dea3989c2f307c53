// A new service: the form of the contract, with the request beside it.
import { useMemo, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { loadContract, type Operation } from "../../forms/contract.ts";
import { focusOn } from "../../forms/context.ts";
import type { Section } from "../../forms/fields.tsx";
import { Summary, useIssues } from "../../forms/issues.tsx";
import { useLoaded } from "../../forms/loaded.ts";
import type { Field } from "../../forms/model.ts";
import { build } from "../../forms/request.ts";
import { RequestPanel } from "../../forms/request-panel.tsx";
import { SchemaForm } from "../../forms/schema-form.tsx";
import { cloud } from "../../store/cloud.ts";
import { dismiss, mutation } from "../../store/mutations.ts";
import { forgetPassword, shownPasswords } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/empty.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Screen } from "../../ui/screen.tsx";
import { Secret } from "../../ui/secret.tsx";
import { body, create, created, KEY, sought } from "./creation.ts";
import { Sought } from "./sought.tsx";
import "../../style/forms.css";
import "../../style/create.css";

/** The order of the fields. All else about them is the contract's; properties that are not listed are advanced ones. */
const order: readonly (readonly [string | undefined, readonly string[]])[] = [
  [undefined, ["name", "provider", "region"]],
  ["Access", ["ipAccessList", "endpoints"]],
  ["Size", ["autoscalingMode", "minReplicaMemoryGb", "maxReplicaMemoryGb", "numReplicas", "minReplicas", "maxReplicas", "profile"]],
  ["Idling", ["idleScaling", "idleTimeoutMinutes"]],
];

function sectionsOf(fields: readonly Field[]): Section[] {
  const current = fields.filter(({ deprecated }) => !deprecated);
  const listed = new Set(order.flatMap(([, names]) => names));
  return [
    ...order.map(([title, names]) => ({
      title,
      fields: names.flatMap((name) => current.find((each) => each.name === name) ?? []),
      closed: false,
    })),
    { title: "Advanced", fields: current.filter(({ name }) => !listed.has(name)), closed: true },
    { title: "Deprecated", fields: fields.filter(({ deprecated }) => deprecated), closed: true },
  ];
}

const loadClient = () => cloud;
const noSuggestions = () => undefined;

export function Create() {
  const contract = useLoaded(loadContract);
  const operation = contract.data?.operations.get("services.create");
  return (
    <Screen title="New service">
      {contract.failed && (
        <Notice tone="bad" title="The form did not load.">
          <Button onClick={contract.again}>Try again</Button>
        </Notice>
      )}
      {created.value !== undefined ? (
        <Created />
      ) : operation === undefined ? (
        !contract.failed && <Skeleton label="Loading the form" rows={6} />
      ) : (
        <CreateForm operation={operation} />
      )}
    </Screen>
  );
}

function Created() {
  const [, go] = useLocation();
  const service = created.value;
  if (service === undefined) return null;
  const password = shownPasswords.value.get(service.id);
  const open = () => {
    created.value = undefined;
    go(`/services/${service.id}`);
  };
  return (
    <div class="created">
      <Notice
        tone="good"
        title={
          <>
            <bdi>{service.name}</bdi> is being created.
          </>
        }
      >
        <p>It takes some minutes until it runs.</p>
      </Notice>
      {password !== undefined && (
        <Secret
          name={`password of ${service.name}`}
          value={password}
          onStored={() => {
            forgetPassword(service.id);
            open();
          }}
        />
      )}
      <div class="actions">
        <Button onClick={open}>Open the service</Button>
        <Button
          onClick={() => {
            created.value = undefined;
          }}
        >
          Create another one
        </Button>
      </div>
    </div>
  );
}

function CreateForm({ operation }: { operation: Operation }) {
  const client = useLoaded(loadClient).data;
  const request = { path: {}, query: {}, body: body.value };
  const built = useMemo(
    () => (client === undefined ? { issues: [], curl: undefined } : build(client, operation, request)),
    [client, body.value],
  );
  const { shared, issues, leave, showAll, all } = useIssues(built.issues, noSuggestions);
  const [attempt, setAttempt] = useState(0);
  const form = operation.body;
  const sections = useMemo(() => (form?.kind === "object" ? sectionsOf(form.fields) : undefined), [form]);
  if (form === undefined) return null;

  const state = mutation(KEY).value;
  const unknown = sought();
  const submit = () => {
    if (client === undefined) return;
    const [first] = built.issues;
    if (first !== undefined) {
      showAll(true);
      setAttempt(attempt + 1);
      // The fields say so once they are rendered.
      setTimeout(() => focusOn(first.path));
      return;
    }
    showAll(false);
    void create();
  };
  return (
    <div class="form-beside">
      <form
        class="card"
        noValidate
        onFocusOut={(event) => leave(event.target)}
        onSubmit={(event) => {
          event.preventDefault();
          if (unknown === undefined && state?.status !== "running") submit();
        }}
      >
        {all && <Summary key={attempt} issues={issues} />}
        {unknown !== undefined && <Sought {...unknown} onRetry={submit} />}
        {state?.status === "failed" && state.failure !== undefined && (
          <FailureNotice failure={state.failure}>
            <Button onClick={() => dismiss(KEY)}>Dismiss</Button>
          </FailureNotice>
        )}
        <SchemaForm
          form={form}
          path={["body"]}
          label="The service"
          value={body.value}
          onChange={(value) => {
            body.value = value ?? {};
          }}
          sections={sections ?? []}
          shared={shared}
        />
        <div class="actions form-actions">
          <Button
            type="submit"
            kind="primary"
            busy={state?.status === "running"}
            disabledBecause={
              unknown !== undefined
                ? "First find out whether the last request has created it"
                : client === undefined
                  ? "The client is still loading"
                  : undefined
            }
          >
            {state?.status === "running" ? "Creating…" : "Create service"}
          </Button>
          <Link class="button" href="/services">
            Cancel
          </Link>
        </div>
      </form>
      <RequestPanel operation={operation} request={request} built={built} />
    </div>
  );
}
