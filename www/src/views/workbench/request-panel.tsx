// The requests of the client, the latest first.
import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Contract, loadContract } from "../../forms/contract.ts";
import { masked } from "../../forms/value.ts";
import type { Json } from "../../forms/model.ts";
import { cloud, now } from "../../store/cloud.ts";
import { type Attempt, type Call, clearTraffic, isPending, traffic } from "../../store/traffic.ts";
import { Button } from "../../ui/button.tsx";
import { Code } from "../../ui/code.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Empty } from "../../ui/empty.tsx";
import { duration, plural } from "../../ui/text.ts";
import { Time } from "../../ui/time.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";

const MASK = "••••••";
const path = (url: string) => new URL(url).pathname.replace(/^\/v1\/organizations\/[^/]+/, "…");

export function RequestPanel() {
  const [open, setOpen] = useState<number>();
  const calls = traffic.value;
  const latest = useMemo(() => calls.toReversed(), [calls]);
  if (calls.length === 0) return <Empty title="No request yet." />;
  return (
    <>
      <div class="actions">
        <p class="soft">{plural(calls.length, "call")}, the latest first. Secrets are masked.</p>
        <Button kind="plain" onClick={clearTraffic}>
          Clear
        </Button>
      </div>
      <VirtualList
        items={latest}
        keyOf={(call) => String(call.peek().id)}
        estimate={32}
        label="Calls"
        within=".dock-panel"
        row={(call) => <Row of={call} isOpen={open === call.peek().id} setOpen={setOpen} />}
      />
    </>
  );
}

function Row({ of: call, isOpen, setOpen }: { of: Signal<Call>; isOpen: boolean; setOpen: (id: number | undefined) => void }) {
  return (
    <>
      <button type="button" class="call" aria-expanded={isOpen} onClick={() => setOpen(isOpen ? undefined : call.value.id)}>
        <Summary of={call} />
      </button>
      {isOpen && <Details of={call.value} />}
    </>
  );
}

/** How a call went, in a word. */
function outcome(call: Call): string {
  const { status, fault, waitMs } = call.attempts.at(-1) ?? {};
  if (call.retries && waitMs !== undefined) return `tries again in ${duration(waitMs)}`;
  if (status === undefined) return "pending";
  return status === 0 ? (fault ?? "no response") : String(status);
}

const tone = (call: Call) => {
  if (isPending(call)) return "busy";
  const status = call.attempts.at(-1)?.status ?? 0;
  return status >= 200 && status < 400 ? "good" : "bad";
};

export function Summary({ of }: { of: Signal<Call> }) {
  const call = of.value;
  const { method, url, attempts, operation } = call;
  const ms = attempts.reduce((sum, attempt) => sum + (attempt.ms ?? 0), 0);
  return (
    <span class="call-summary">
      <span class="call-method">{method}</span> <span class="call-path">{path(url)}</span> <span class="soft call-name">{operation}</span>{" "}
      <span class={`call-status ${tone(call)}`}>{outcome(call)}</span>{" "}
      <span class="soft">
        {attempts.length > 1 && `${plural(attempts.length, "attempt")}, `}
        {!isPending(call) && duration(ms)}
      </span>
    </span>
  );
}

function Details({ of: call }: { of: Call }) {
  const [contract, setContract] = useState<Contract>();
  useEffect(() => void loadContract().then(setContract, () => undefined), []);
  return (
    <div class="call-details">
      <p>
        <Time at={call.startedAt} now={now} /> <code>{call.url}</code>
      </p>
      <Replay of={call} />
      {contract === undefined ? (
        <p class="soft">The contract loads: it tells what is secret.</p>
      ) : (
        <>
          <Headers title="Request headers" headers={call.headers} />
          {call.body !== undefined && <Code label="The body of the request" text={shown(call.body, bodyForm(contract, call))} />}
          <ol class="attempts">
            {call.attempts.map((attempt, index) => (
              <li key={`${call.id}/${index}`}>
                <OneAttempt attempt={attempt} number={index + 1} call={call} contract={contract} />
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

/** A helper's requests are of other operations than itself: the route tells. */
function routeOf(contract: Contract, { method, url }: Call) {
  const segments = new URL(url).pathname.split("/");
  return [...contract.operations.values()].find((each) => {
    const own = each.path.split("/");
    return (
      each.method === method &&
      own.length === segments.length &&
      own.every((part, index) => part.startsWith("{") || part === segments[index])
    );
  });
}

const bodyForm = (contract: Contract, call: Call) => routeOf(contract, call)?.body;

type FormOf = ReturnType<typeof bodyForm>;

const noJson = (text: string) => `${plural(text.length, "character")} that are no JSON`;

/** A body with its secrets masked. What is no JSON of a known form is not shown. */
function shown(text: string, form: FormOf): string {
  try {
    const value = JSON.parse(text) as Json;
    return form === undefined
      ? MASK
      : JSON.stringify(
          masked(form, value, () => MASK),
          undefined,
          2,
        );
  } catch {
    return noJson(text);
  }
}

/** A response with its secrets masked. In JSON that ends in the middle, and in a page that repeats a body, no secret is found. */
function shownResponse(text: string, { headers }: Attempt, call: Call, form: FormOf): string {
  try {
    const value = JSON.parse(text) as { result?: Json };
    if (value.result === undefined) return JSON.stringify(value, undefined, 2);
    const result = form === undefined ? MASK : masked(form, value.result, () => MASK);
    return JSON.stringify({ ...value, result }, undefined, 2);
  } catch {
    return call.body === undefined && headers?.["content-type"]?.startsWith("text/") ? text : noJson(text);
  }
}

function OneAttempt({ attempt, number, call, contract }: { attempt: Attempt; number: number; call: Call; contract: Contract }) {
  const { status, fault, ms, waitMs, requestId, headers, response } = attempt;
  return (
    <>
      <p>
        Attempt {number}: {status === undefined ? "pending" : status === 0 ? (fault ?? "no response") : status}
        {ms !== undefined && <span class="soft"> in {duration(ms)}</span>}
        {waitMs !== undefined && <span class="soft">, then a pause of {duration(waitMs)}</span>}
        {requestId !== undefined && (
          <>
            {" "}
            request <code>{requestId}</code>
          </>
        )}
      </p>
      {headers !== undefined && <Headers title="Response headers" headers={headers} />}
      {response !== undefined && response !== "" && (
        <Code label={`The response of attempt ${number}`} text={shownResponse(response, attempt, call, routeOf(contract, call)?.result)} />
      )}
    </>
  );
}

function Headers({ title, headers }: { title: string; headers: Readonly<Record<string, string>> }) {
  return (
    <details>
      <summary>{title}</summary>
      <dl class="headers">
        {Object.entries(headers).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Sends the same request again; a change asks first. */
function Replay({ of: { method, url, body, operation } }: { of: Call }) {
  const [curl, setCurl] = useState<string>();
  const parts = async () => {
    const contract = await loadContract();
    const found = routeOf(contract, { method, url } as Call);
    const address = new URL(url);
    const segments = address.pathname.split("/");
    const values =
      found?.path
        .split("/")
        .flatMap((part, index) => (part.startsWith("{") ? [[part.slice(1, -1), decodeURIComponent(segments[index] ?? "")]] : [])) ?? [];
    const query: Record<string, string | string[]> = {};
    for (const name of new Set(address.searchParams.keys())) {
      const all = address.searchParams.getAll(name);
      query[name] = all.length > 1 ? all : (all[0] ?? "");
    }
    return [
      `${method} ${found?.path}`,
      { path: Object.fromEntries(values), query, ...(body !== undefined && { body: JSON.parse(body) }) },
    ] as const;
  };
  const again = async () => {
    const [route, given] = await parts();
    // Its outcome is in the list.
    await (await cloud).request(route as never, given as never).catch(() => undefined);
  };
  return (
    <div class="actions">
      {method === "GET" ? (
        <Button onClick={() => void again()}>Replay</Button>
      ) : (
        <Confirm button="Replay" kind="danger" title={`Send ${method} again?`} act="Send it again" onConfirm={() => void again()}>
          <p>
            <code>{operation}</code> is carried out a second time.
          </p>
        </Confirm>
      )}
      <Button
        onClick={async () => {
          const [route, given] = await parts();
          setCurl((await cloud).buildRequest(route as never, given as never).toCurl());
        }}
      >
        As curl
      </Button>
      {curl !== undefined && <Code label="The request as curl" text={curl} />}
    </div>
  );
}
