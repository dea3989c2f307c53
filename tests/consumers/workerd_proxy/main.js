import * as library from "clickhouse-cloud";
import { journey } from "./journey.mjs";

console.log(JSON.stringify(await journey(library, { baseUrl: process.env.PROXY })));
