// Import maps are for pages only: a worker names the file.
import { CloudClient, CloudError, ConfigurationError, hashPassword } from "/node_modules/clickhouse-cloud/dist/index.js";
import { journey } from "./journey.mjs";

const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
addEventListener("message", (event) => {
  event.waitUntil(journey(library, event.data).then((answer) => event.source.postMessage(answer)));
});
