declare module "virtual:first-look" {
  import type { Service } from "clickhouse-cloud";
  /** When it was made, in milliseconds since the epoch. */
  export const at: number;
  export const services: readonly Service[];
}
