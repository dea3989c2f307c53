// Search, filter and order of the list of services. They are in the address, so that a link shows the same list.
import type { Service } from "clickhouse-cloud";

export interface Filter {
  readonly search: string;
  readonly state: string;
  readonly order: Order;
}

export const orders = { name: "Name", state: "State", createdAt: "Newest", memory: "Memory" } as const;
export type Order = keyof typeof orders;

export const noFilter: Filter = { search: "", state: "", order: "name" };

export function filterOf(query: string): Filter {
  const given = new URLSearchParams(query);
  const order = given.get("order") ?? "";
  return {
    search: given.get("search") ?? "",
    state: given.get("state") ?? "",
    order: order in orders ? (order as Order) : noFilter.order,
  };
}

export function queryOf(filter: Filter): string {
  const query = new URLSearchParams();
  for (const name of ["search", "state", "order"] as const) if (filter[name] !== noFilter[name]) query.set(name, filter[name]);
  return query.toString();
}

const text = ({ name, provider, region, state, id, tags = [] }: Service) =>
  [name, provider, region, state, id, ...tags.map(({ key, value }) => (value === undefined ? key : `${key}:${value}`))]
    .join("\n")
    .toLowerCase();

const byName = (a: Service, b: Service) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id);

const comparisons: Record<Order, (a: Service, b: Service) => number> = {
  name: byName,
  state: (a, b) => a.state.localeCompare(b.state) || byName(a, b),
  createdAt: (a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? "") || byName(a, b),
  memory: (a, b) => (b.maxReplicaMemoryGb ?? 0) - (a.maxReplicaMemoryGb ?? 0) || byName(a, b),
};

export function filtered(services: readonly Service[], { search, state, order }: Filter): Service[] {
  const terms = search.toLowerCase().split(/\s+/).filter(Boolean);
  return services
    .filter((service) => (state === "" || service.state === state) && terms.every((term) => text(service).includes(term)))
    .sort(comparisons[order]);
}
