// One service: its name and state, what can be done with it, and its parts, each with an address of its own.
import type { Service as ServiceData } from "clickhouse-cloud";
import { useEffect, useRef } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { mutation } from "../../store/mutations.ts";
import { useResource } from "../../store/resource.ts";
import { accessKey, passwordKey, restoreKey, scalingKey, settingsKey } from "../../store/service.ts";
import { lifeKey, serviceOf, services } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Screen } from "../../ui/screen.tsx";
import { State } from "../../ui/state.tsx";
import { Access } from "./access.tsx";
import { Actions } from "./actions.tsx";
import { Backups } from "./backups.tsx";
import { Overview } from "./overview.tsx";
import { Password } from "./password.tsx";
import { Scaling } from "./scaling.tsx";
import { Settings } from "./settings.tsx";
import "../../style/service.css";
import "../../style/service-pictures.css";

const parts = {
  overview: { title: "Overview", Part: Overview, key: undefined },
  scaling: { title: "Scaling", Part: Scaling, key: scalingKey },
  access: { title: "Access", Part: Access, key: accessKey },
  password: { title: "Password", Part: Password, key: passwordKey },
  backups: { title: "Backups", Part: Backups, key: restoreKey },
  settings: { title: "Settings", Part: Settings, key: settingsKey },
} as const;
type PartName = keyof typeof parts;
const partNames = Object.keys(parts) as PartName[];

const isPart = (name: string): name is PartName => Object.hasOwn(parts, name);

export function Service({ id, part = "overview" }: { id: string; part?: string | undefined }) {
  const { data, failure } = useResource(services);
  const service = serviceOf(id);
  const known = useRef(service);
  const [, go] = useLocation();
  if (service !== undefined) known.current = service;
  const change = mutation(lifeKey(id)).value;
  const isDeleted = service === undefined && change?.status === "done";
  useEffect(() => {
    if (isDeleted) go("/services", { replace: true });
  }, [isDeleted]);

  return (
    <Screen
      title={service?.name ?? known.current?.name ?? "Service"}
      above={
        <Link class="back" href="/services">
          <Icon name="back" /> All services
        </Link>
      }
      aside={service && <Aside service={service} />}
    >
      {failure && (
        <FailureNotice failure={failure}>
          <Button onClick={() => void services.refresh()}>Try now</Button>
        </FailureNotice>
      )}
      {/* The first look has not all of it: an access list that is not loaded would be an empty one. */}
      {service === undefined || data === undefined ? (
        <Absent isLoaded={data !== undefined} hasFailed={failure !== undefined} />
      ) : (
        <Shown service={service} part={part} />
      )}
    </Screen>
  );
}

function Aside({ service }: { service: ServiceData }) {
  return (
    <div class="service-header">
      <State state={service.state} />
      <Actions service={service} />
    </div>
  );
}

function Absent({ isLoaded, hasFailed }: { isLoaded: boolean; hasFailed: boolean }) {
  if (!isLoaded) return hasFailed ? null : <Skeleton label="Loading the service" rows={5} />;
  return (
    <Empty title="This service does not exist, or not any more.">
      <Link class="button" href="/services">
        Show all services
      </Link>
    </Empty>
  );
}

function Shown({ service, part }: { service: ServiceData; part: string }) {
  const { id } = service;
  const name = isPart(part) ? part : "overview";
  const { Part, title } = parts[name];
  return (
    <>
      <MutationNotice of={lifeKey(id)} />
      {partNames.map((other) => {
        const key = parts[other].key?.(id);
        return other !== name && key !== undefined && <MutationNotice key={other} of={key} />;
      })}
      <nav class="parts" aria-label={`Parts of ${service.name}`}>
        <ul>
          {partNames.map((each) => (
            <li key={each}>
              <Link
                href={each === "overview" ? `/services/${id}` : `/services/${id}/${each}`}
                aria-current={each === name ? "page" : undefined}
              >
                {parts[each].title}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <section class="part" aria-label={title}>
        <Part service={service} />
      </section>
    </>
  );
}
