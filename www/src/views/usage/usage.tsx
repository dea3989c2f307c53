// What the organization costs, as a chart and as a table.
import type { UsageCost } from "clickhouse-cloud";
import { useMemo, useState } from "preact/hooks";
import { now } from "../../store/cloud.ts";
import { type Resource, resources } from "../../store/resource.ts";
import { Copy } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Screen } from "../../ui/screen.tsx";
import { Chart } from "./chart.tsx";
import { byDay, csv, kindName, kindsOf, sum } from "./costs.ts";
import "../../style/organization.css";
import "../../style/usage.css";

const DAY_MS = 86_400_000;
const lengths = [7, 30, 90];
const costs = resources<UsageCost>((client, from_date, to_date) => client.usageCost.range({ from_date, to_date }), { everyMs: 30_000 });

const day = (moment: number) => new Date(moment).toISOString().slice(0, 10);
export const chc = (cost: number): string =>
  `${cost.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })} CHC`;

export function Usage() {
  const [length, setLength] = useState(30);
  const [entity, setEntity] = useState("");
  const to = day(now());
  const from = day(Date.parse(to) - (length - 1) * DAY_MS);
  return (
    <Screen title="Usage">
      <p class="soft">Costs in ClickHouse credits (CHC). Those of today and the last days may still grow.</p>
      <fieldset class="actions">
        <legend class="unseen">Range</legend>
        {lengths.map((count) => (
          <label key={count} class="choice">
            <input type="radio" name="range" checked={length === count} onChange={() => setLength(count)} /> {count} days
          </label>
        ))}
      </fieldset>
      <Costs key={`${from}/${to}`} of={costs(from, to)} from={from} to={to} entity={entity} setEntity={setEntity} />
    </Screen>
  );
}

interface CostsProps {
  readonly of: Resource<UsageCost>;
  readonly from: string;
  readonly to: string;
  readonly entity: string;
  readonly setEntity: (entity: string) => void;
}

function Costs({ of, from, to, entity, setEntity }: CostsProps) {
  return (
    <Loaded of={of} loading="Loading the costs">
      {({ costs: records, grandTotalCHC }) => {
        if (records.length === 0) return <Empty title="Nothing has cost anything in this range." />;
        const names = [...new Map(records.map(({ entityId = "", entityName = entityId }) => [entityId, entityName]))];
        names.sort(([, a], [, b]) => a.localeCompare(b));
        const shown = entity === "" ? records : records.filter(({ entityId }) => entityId === entity);
        return (
          <>
            <label class="narrow">
              Of
              <select value={entity} onChange={(event) => setEntity(event.currentTarget.value)}>
                <option value="">everything</option>
                {names.map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <p class="total">
              {chc(entity === "" ? grandTotalCHC : sum(shown.map(({ totalCHC = 0 }) => totalCHC)))}{" "}
              <span class="soft">
                from {from} to {to}
              </span>
            </p>
            <Days records={shown} from={from} to={to} />
          </>
        );
      }}
    </Loaded>
  );
}

function Days({ records, from, to }: { records: UsageCost["costs"]; from: string; to: string }) {
  const days = useMemo(() => byDay(records, from, to), [records, from, to]);
  const kinds = kindsOf(days);
  return (
    <>
      <section class="card" aria-label="Costs by day">
        <Chart days={days} kinds={kinds} />
      </section>
      <details>
        <summary>As a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section class="scroll" aria-label="Table of costs" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {kinds.map((kind) => (
                  <th key={kind} scope="col" class="number">
                    {kindName(kind)}
                  </th>
                ))}
                <th scope="col" class="number">
                  total
                </th>
              </tr>
            </thead>
            <tbody>
              {days.map(({ date, total, kinds: costs }) => (
                <tr key={date}>
                  <th scope="row">{date}</th>
                  {kinds.map((kind) => (
                    <td key={kind} class="number">
                      {(costs.get(kind) ?? 0).toFixed(4)}
                    </td>
                  ))}
                  <td class="number">{total.toFixed(4)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
      <div class="actions">
        <Copy text={() => csv(records)} of="of the records">
          Copy as CSV
        </Copy>
      </div>
    </>
  );
}
