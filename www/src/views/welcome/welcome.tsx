// The first minute: a line about the page, and three things to try.
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { services } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";

const STORE = "clickhouse-cloud.welcome";

export function Welcome() {
  const [open, setOpen] = useState(localStorage.getItem(STORE) !== "closed");
  if (!open) return null;
  const running = services.read.value.data?.find(({ state }) => state === "running");
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">The client is real, the cloud is a sandbox</h2>
      <p>
        This page uses the npm package as your program would: it checks, retries, waits and hides secrets. The API that it talks to runs in
        your browser. Three things to try:
      </p>
      <ol>
        <li>
          <strong>Break the network</strong> in the workbench below, and watch nothing happen to you.
        </li>
        <li>
          <Link href="/services/new">Create a service</Link>: each mistake is found before anything is sent.
        </li>
        <li>
          {running === undefined ? "Rotate a password" : <Link href={`/services/${running.id}/password`}>Rotate a password</Link>}: only its
          hash leaves the page.
        </li>
      </ol>
      <Button
        onClick={() => {
          localStorage.setItem(STORE, "closed");
          setOpen(false);
        }}
      >
        Got it
      </Button>
    </section>
  );
}
