"use client";

import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { useEffect } from "react";
import { journey } from "../../journey.mjs";

async function start() {
  const options = await (await fetch("/sandbox.json")).json();
  globalThis.answer = await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, options);
}

export default function Page() {
  useEffect(() => void start(), []);
  // Rendered on the server first: there it must be the same.
  return <p>{hashPassword("abc")}</p>;
}
