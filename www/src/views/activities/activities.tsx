// The record of changes in the organization, the newest first.
import type { Activity } from "clickhouse-cloud";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { now } from "../../store/cloud.ts";
import { activities } from "../../store/organization.ts";
import { serviceOf, services } from "../../store/services.ts";
import { useResource } from "../../store/resource.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Screen } from "../../ui/screen.tsx";
import { words } from "../../ui/text.ts";
import { Time } from "../../ui/time.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import "../../style/organization.css";

const newest = (a: Activity, b: Activity) => (b.createdAt ?? "").localeCompare(a.createdAt ?? "");

const text = (activity: Activity) =>
  [words(activity.type ?? ""), activity.actorDetails, activity.actorId, serviceOf(activity.serviceId ?? "")?.name].join("\n").toLowerCase();

export function Activities() {
  const [search, setSearch] = useState("");
  useResource(services);
  return (
    <Screen title="Activities">
      <p class="soft">Each change of the organization, with its author.</p>
      <label class="narrow">
        Search
        <input
          type="search"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
          placeholder="Change, author, service …"
        />
      </label>
      <Loaded of={activities} loading="Loading the activities">
        {(list) => {
          const found = list.filter((activity) => text(activity).includes(search.trim().toLowerCase())).sort(newest);
          if (found.length === 0) return <Empty title={list.length === 0 ? "Nothing has happened yet." : "No activity is like that."} />;
          return (
            <VirtualList
              items={found}
              keyOf={({ id }) => id}
              estimate={48}
              label="Activities"
              row={(activity) => <Entry of={activity} />}
            />
          );
        }}
      </Loaded>
    </Screen>
  );
}

const actors: Record<string, string> = {
  user: "a member",
  support: "ClickHouse's support",
  system: "the service itself",
  api: "an API key",
};

function Entry({ of: { type, actorType, actorDetails, createdAt, serviceId } }: { of: Activity }) {
  const service = serviceId === undefined ? undefined : serviceOf(serviceId);
  return (
    <article class="entry">
      <p class="entry-type">
        <strong>{words(type ?? "change")}</strong>
        {service !== undefined && (
          <>
            {" "}
            <Link href={`/services/${service.id}`}>
              <bdi>{service.name}</bdi>
            </Link>
          </>
        )}
        {service === undefined && serviceId !== undefined && <span class="soft"> a service that is gone</span>}
      </p>
      <p class="soft entry-author">
        by {actors[actorType ?? ""] ?? words(actorType ?? "somebody")} {actorDetails !== undefined && <bdi>{actorDetails}</bdi>}
      </p>
      <p class="soft entry-time">{createdAt !== undefined && <Time at={createdAt} now={now} />}</p>
    </article>
  );
}
