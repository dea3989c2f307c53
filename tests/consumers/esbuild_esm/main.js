import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

const options = await (await fetch("/sandbox.json")).json();
globalThis.answer = await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, options);
