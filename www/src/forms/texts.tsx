// The contract's texts, in which names of the API stand between backquotes.
import type { PartProps } from "./context.ts";
import { label } from "./model.ts";
import type { Path } from "./value.ts";

export function Prose({ text }: { text: string }) {
  return <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/** The name of a field for people: "IP access list 1, source". */
export function nameOf(path: Path): string {
  const [, ...steps] = path;
  const names = steps.map((step) => (typeof step === "number" ? `${step + 1}` : label(step)));
  return names.length === 0
    ? "The request"
    : names.reduce((text, name) => (/^\d+$/.test(name) ? `${text} ${name}` : `${text}, ${name.toLowerCase()}`));
}

/** The label of a value, and whether it may be left out. */
export function Name({ part: { name, label: text, required, oneOf } }: { part: PartProps }) {
  const others = oneOf?.filter((each) => each !== name).map(label) ?? [];
  const hint = required ? undefined : others.length === 0 ? "optional" : others.length === 1 ? `or ${others[0]}` : "one of these";
  return (
    <>
      <bdi>{text}</bdi>
      {hint !== undefined && <span class="soft"> {hint}</span>}
    </>
  );
}
