import { parentPort, workerData } from "node:worker_threads";
import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

parentPort.postMessage(await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, workerData));
