// The list of services.
import type { Service } from "clickhouse-cloud";
import { useEffect, useRef } from "preact/hooks";
import { Link, useLocation, useSearch } from "wouter-preact";
import { now } from "../../store/cloud.ts";
import { firstLook } from "../../store/first-look.ts";
import { mutation } from "../../store/mutations.ts";
import { useResource } from "../../store/resource.ts";
import { lifeKey, services } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Screen } from "../../ui/screen.tsx";
import { State } from "../../ui/state.tsx";
import { plural, words } from "../../ui/text.ts";
import { Time } from "../../ui/time.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { Welcome } from "../welcome/welcome.tsx";
import { type Filter, filtered, filterOf, noFilter, type Order, orders, queryOf } from "./filter.ts";
import "../../style/services.css";

export function Services() {
  const { data: loaded, failure } = useResource(services);
  const data = loaded ?? firstLook.value;
  const filter = filterOf(useSearch());
  const shown = data && filtered(data, filter);
  const [, go] = useLocation();
  // An empty query after the question mark removes the one that is there.
  const set = (change: Partial<Filter>) => go(`/services?${queryOf({ ...filter, ...change })}`, { replace: true });
  return (
    <Screen
      title="Services"
      aside={
        <Link class="button primary" href="/services/new">
          <Icon name="plus" /> New service
        </Link>
      }
    >
      <Welcome />
      {failure && (
        <FailureNotice failure={failure}>
          <Button onClick={() => void services.refresh()}>Try now</Button>
        </FailureNotice>
      )}
      {data === undefined && failure === undefined && <Skeleton label="Loading the services" rows={5} />}
      {data?.length === 0 && (
        <Empty title="No services yet.">
          <p>A service is a ClickHouse of your own. It takes some minutes to start.</p>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <>
          <Filters filter={filter} set={set} states={[...new Set(data.map(({ state }) => state as string))].sort()} />
          <p class="count soft" role="status">
            {loaded === undefined && failure === undefined && "As of before, connecting … "}
            {shown?.length === data.length ? plural(data.length, "service") : `${shown?.length} of ${plural(data.length, "service")}`}
          </p>
          {shown?.length === 0 ? (
            <Empty title="No service is like that.">
              <Button onClick={() => set(noFilter)}>Show all</Button>
            </Empty>
          ) : (
            <VirtualList
              items={shown ?? []}
              keyOf={({ id }) => id}
              estimate={matchMedia("(width > 1100px)").matches ? 58 : 136}
              label="Services"
              row={(service) => <Row service={service} />}
            />
          )}
        </>
      )}
    </Screen>
  );
}

function Filters({ filter, set, states }: { filter: Filter; set: (change: Partial<Filter>) => void; states: readonly string[] }) {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <search class="filters">
      <label class="search">
        <span class="unseen">Search services</span>
        <Icon name="search" />
        <input
          ref={search}
          type="search"
          placeholder="Name, region, tag …"
          value={filter.search}
          aria-keyshortcuts="/"
          onInput={(event) => set({ search: event.currentTarget.value })}
        />
        <kbd>/</kbd>
      </label>
      <label>
        State{" "}
        <select value={filter.state} onChange={(event) => set({ state: event.currentTarget.value })}>
          <option value="">all</option>
          {states.map((state) => (
            <option key={state} value={state}>
              {words(state)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Order{" "}
        <select value={filter.order} onChange={(event) => set({ order: event.currentTarget.value as Order })}>
          {Object.entries(orders).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}

const memory = ({ minReplicaMemoryGb: least, maxReplicaMemoryGb: most }: Service) =>
  least === undefined || most === undefined ? "" : least === most ? `${most} GB` : `${least} to ${most} GB`;

function Row({ service }: { service: Service }) {
  const { id, name, state, provider, region, createdAt, numReplicas, tags = [] } = service;
  const change = mutation(lifeKey(id)).value;
  return (
    <article class="row" aria-labelledby={`name-${id}`}>
      <Link class="row-name" href={`/services/${id}`} id={`name-${id}`}>
        <bdi>{name}</bdi>
      </Link>
      <State state={state} />
      <p class="row-place">
        {provider} <span class="soft">{region}</span>
      </p>
      <p class="row-size">
        {memory(service)}
        {numReplicas !== undefined && <span class="soft"> × {numReplicas}</span>}
      </p>
      <p class="row-age soft">{createdAt && <Time at={createdAt} now={now} />}</p>
      <ul class="tags" aria-label="Tags">
        {tags.map(({ key, value }) => (
          <li key={key}>
            <bdi>{value === undefined ? key : `${key}: ${value}`}</bdi>
          </li>
        ))}
      </ul>
      {change?.status === "failed" && <p class="row-note bad-text">{change.label}: it failed.</p>}
      {change?.status === "unknown" && <p class="row-note busy-text">{change.label}: it may have happened.</p>}
    </article>
  );
}
