// Costs by day and kind, for the chart and the table.
import type { UsageCostRecord } from "clickhouse-cloud";

/** Names of the kinds: the metric's name without its unit, in words. */
export const kindName = (metric: string): string =>
  metric
    .replace(/CHC$/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();

export interface Day {
  readonly date: string;
  readonly total: number;
  /** Costs by metric. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** The sum without the errors of binary fractions: costs have at most six decimals that count. */
export const sum = (numbers: Iterable<number>): number => {
  let millionths = 0;
  for (const number of numbers) millionths += Math.round(number * 1e6);
  return millionths / 1e6;
};

/** All days of the range, also those without costs. */
export function byDay(records: readonly UsageCostRecord[], from: string, to: string): Day[] {
  const days: Day[] = [];
  for (let day = new Date(from); day <= new Date(to); day = new Date(day.getTime() + 86_400_000)) {
    const date = day.toISOString().slice(0, 10);
    const found = records.filter((record) => record.date === date);
    const metrics = found.flatMap((record) => Object.entries(record.metrics ?? {}));
    const kinds = new Map<string, number>();
    for (const [name, cost] of metrics) if (typeof cost === "number") kinds.set(name, sum([kinds.get(name) ?? 0, cost]));
    days.push({ date, total: sum(found.map(({ totalCHC = 0 }) => totalCHC)), kinds });
  }
  return days;
}

/** The kinds that cost anything, the most expensive first. */
export function kindsOf(days: readonly Day[]): string[] {
  const totals = new Map<string, number>();
  for (const { kinds } of days) for (const [name, cost] of kinds) totals.set(name, (totals.get(name) ?? 0) + cost);
  return [...totals]
    .filter(([, cost]) => cost > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}

export function csv(records: readonly UsageCostRecord[]): string {
  const metrics = [...new Set(records.flatMap(({ metrics = {} }) => Object.keys(metrics)))].sort();
  // A cell that begins like a formula is one in a spreadsheet: the apostrophe makes it a text.
  const cell = (value: unknown) =>
    `"${String(value ?? "")
      .replace(/^(?=[=+\-@\t\r])/, "'")
      .replaceAll('"', '""')}"`;
  const number = (value: unknown) => (typeof value === "number" ? String(value) : "");
  const lines = records.map(({ date, entityType, entityName, totalCHC, metrics: costs = {} }) =>
    [
      cell(date),
      cell(entityType),
      cell(entityName),
      number(totalCHC),
      ...metrics.map((name) => number((costs as Record<string, unknown>)[name])),
    ].join(),
  );
  return [["date", "kind", "name", "totalCHC", ...metrics].join(), ...lines].join("\n");
}
