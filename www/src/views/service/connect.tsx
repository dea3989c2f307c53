// How to connect: a program for each language, with the password that was just shown filled in, masked until asked for.
import type { Service } from "clickhouse-cloud";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { forgetPassword, shownPasswords } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Code } from "../../ui/code.tsx";
import { Secret } from "../../ui/secret.tsx";
import { programs, targetOf } from "./programs.ts";

const MASK = "•".repeat(12);

export function Connect({ service }: { service: Service }) {
  const { id, endpoints = [] } = service;
  const [chosen, setChosen] = useState(programs[0]);
  const [revealed, setRevealed] = useState(false);
  const password = shownPasswords.value.get(id);
  const write = (shown: string | undefined) => {
    const target = chosen && targetOf(chosen, endpoints, shown);
    return target && chosen.write(target);
  };
  const real = write(password);
  return (
    <section class="card" aria-labelledby="connect">
      <h2 id="connect">Connect</h2>
      {password !== undefined && <Secret name="password" value={password} onStored={() => forgetPassword(id)} />}
      <fieldset class="choices" aria-label="Program">
        {programs.map((program) => (
          <Button key={program.name} pressed={program === chosen} onClick={() => setChosen(program)}>
            {program.name}
          </Button>
        ))}
      </fieldset>
      {real === undefined ? (
        <p class="soft">The service has no address for this yet. It comes when the service is provisioned.</p>
      ) : (
        <Code text={(password === undefined || revealed ? real : write(MASK)) ?? ""} copied={real} label={`${chosen?.name} program`} />
      )}
      {password === undefined ? (
        <p class="help">
          The password is shown only when it is made. Set the variable <code>CLICKHOUSE_PASSWORD</code>, or{" "}
          <Link href={`/services/${id}/password`}>make a new password</Link>.
        </p>
      ) : (
        <p class="help">
          The copy has the password in it.{" "}
          <Button kind="plain" pressed={revealed} onClick={() => setRevealed(!revealed)}>
            {revealed ? "Hide it here" : "Show it here"}
          </Button>
        </p>
      )}
    </section>
  );
}
