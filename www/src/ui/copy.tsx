// Copies a text, and says so.
import { useState } from "preact/hooks";
import { announce } from "../store/announce.ts";
import { Button } from "./button.tsx";

export function Copy({ text: copied, of, children = "Copy" }: { text: string | (() => string); of: string; children?: string }) {
  const [state, setState] = useState<"ready" | "copied" | "refused">("ready");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof copied === "string" ? copied : copied());
      setState("copied");
      announce(`${of} copied`);
    } catch {
      setState("refused");
      announce(`${of} could not be copied`);
    }
    setTimeout(() => setState("ready"), 2000);
  };
  const text = { ready: children, copied: "Copied", refused: "Not permitted" }[state];
  return (
    <Button kind="plain" class="copy" icon={state === "copied" ? "running" : "copy"} label={`${text} ${of}`} onClick={copy}>
      {text}
    </Button>
  );
}
