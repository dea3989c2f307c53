// The overview of a service: its life, how to connect, and its facts.
import type { Service } from "clickhouse-cloud";
import type { ComponentChildren } from "preact";
import { now } from "../../store/cloud.ts";
import { Copy } from "../../ui/copy.tsx";
import { Time } from "../../ui/time.tsx";
import { Connect } from "./connect.tsx";
import { Life } from "./life.tsx";

export function Overview({ service }: { service: Service }) {
  return (
    <>
      <Life service={service} />
      <div class="beside">
        <Connect service={service} />
        <Facts service={service} />
      </div>
    </>
  );
}

function Facts({ service }: { service: Service }) {
  const {
    id,
    provider,
    region,
    regionId,
    clickhouseVersion,
    createdAt,
    releaseChannel,
    dataWarehouseId,
    isPrimary,
    iamRole,
    tags = [],
  } = service;
  const facts: [string, ComponentChildren][] = [
    ["Place", [provider, region ?? regionId].filter(Boolean).join(" · ")],
    ["ClickHouse", clickhouseVersion],
    ["Release channel", releaseChannel],
    ["Created", createdAt && <Time at={createdAt} now={now} />],
    ["Warehouse", dataWarehouseId && `${isPrimary ? "first service of" : "in"} ${dataWarehouseId}`],
    ["Role at the provider", iamRole && <code>{iamRole}</code>],
    [
      "Tags",
      tags.length > 0 && (
        <ul class="tags">
          {tags.map(({ key, value }) => (
            <li key={key}>
              <bdi>{value === undefined ? key : `${key}: ${value}`}</bdi>
            </li>
          ))}
        </ul>
      ),
    ],
  ];
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">Facts</h2>
      <dl class="service-facts">
        <div>
          <dt>Id</dt>
          <dd>
            <code>{id}</code> <Copy text={id} of="the id" />
          </dd>
        </div>
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}
