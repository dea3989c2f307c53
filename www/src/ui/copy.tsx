// Copies a text, and says so.
import { useState } from "preact/hooks";
import { announce } from "../store/announce.ts";
import { Button } from "./button.tsx";

export function Copy({ text, of, children = "Copy" }: { text: string | (() => string); of: string; children?: string }) {
  const [state, setState] = useState<"ready" | "copied" | "refused">("ready");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setState("copied");
      announce(`${of} copied`);
    } catch {
      setState("refused");
      announce(`${of} could not be copied`);
    }
    setTimeout(() => setState("ready"), 2000);
  };
  return (
    <Button kind="plain" class="copy" icon={state === "copied" ? "running" : "copy"} label={`Copy ${of}`} onClick={copy}>
      {state === "copied" ? "Copied" : state === "refused" ? "Not permitted" : children}
    </Button>
  );
}
