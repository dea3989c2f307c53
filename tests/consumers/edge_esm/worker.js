import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
addEventListener("fetch", (event) => {
  event.respondWith(
    event.request
      .json()
      .then((options) => journey(library, options))
      .then((answer) => Response.json(answer)),
  );
});
