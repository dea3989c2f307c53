// A secret that is shown once: masked until asked for, and kept on the page until the visitor says that it is stored.
import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Copy } from "./copy.tsx";

export interface SecretProps {
  /** Its name in a sentence: "password". */
  readonly name: string;
  readonly value: string;
  readonly onStored?: () => void;
}

export function Secret({ name, value, onStored }: SecretProps) {
  const [shown, setShown] = useState(false);
  return (
    <div class="secret">
      <p class="notice-title">This {name} is shown only now. Store it before you leave.</p>
      <div class="secret-line">
        <code class="secret-value">{shown ? value : "•".repeat(16)}</code>
        <Button kind="plain" label={`${shown ? "Hide" : "Show"} the ${name}`} onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show"}
        </Button>
        <Copy text={value} of={`the ${name}`} />
        {onStored !== undefined && <Button onClick={onStored}>I have stored it</Button>}
      </div>
    </div>
  );
}
