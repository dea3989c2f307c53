import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { createProxy } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { journey } from "./journey.mjs";

// Parcel looks at no `exports` unless it is told to: the subpaths are found without.
if (new Sandbox().ledger().length !== 0 || typeof createProxy !== "function") throw new Error("the subpaths do not work");
const options = await (await fetch("/sandbox.json")).json();
globalThis.answer = await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, options);
