// What all parts of one form share: the issues to show, and values that are known.
import { type ComponentType, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Form, Json } from "./model.ts";
import type { Path } from "./value.ts";

export interface Issue {
  readonly path: Path;
  readonly message: string;
}

export interface Suggestion {
  readonly value: string;
  readonly label: string;
}

/** Known values of a property, such as the ids of services for `serviceId`; undefined where none can be known. */
export type Suggest = (name: string) => readonly Suggestion[] | undefined;

/** A value of a form. */
export interface PartProps<F extends Form = Form> {
  readonly form: F;
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  readonly path: Path;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  /** The names of the values of which one is needed. */
  readonly oneOf?: readonly string[] | undefined;
  /** The group of its options that suits the other values. */
  readonly group?: string | undefined;
  /** Whether what is around it is its frame already. */
  readonly bare?: boolean;
}

export interface Shared {
  /** The control of any value. Controls that hold others find it here. */
  readonly Part: ComponentType<PartProps>;
  /** The issue of exactly this value, if the visitor has been there. */
  readonly issueAt: (path: Path) => string | undefined;
  /** Whether this value or one inside it has an issue that is shown. */
  readonly hasIssue: (path: Path) => boolean;
  readonly suggest: Suggest;
}

export const FormContext = createContext<Shared | undefined>(undefined);

export function useForm(): Shared {
  const shared = useContext(FormContext);
  if (shared === undefined) throw new Error("a control is outside of a form");
  return shared;
}

export const keyOf = (path: Path): string => path.join("/");

export const isWithin = (path: Path, outer: Path): boolean => outer.every((step, index) => path[index] === step);

interface ClientIssue extends Issue {
  readonly code: string;
  readonly expected: string;
  readonly received: string;
}

/** The issues of an error of the client, as sentences; undefined for an error of another kind. */
export function issuesOf(error: unknown): Issue[] | undefined {
  const { issues } = (error ?? {}) as { issues?: unknown };
  if (!Array.isArray(issues)) return undefined;
  return issues.map(({ path, code, message, expected, received }: ClientIssue) => ({
    path,
    message:
      code === "required" || received === "null" ? `Missing: needs ${expected}.` : `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
  }));
}

/** Moves the focus to the control of a value, or to the nearest around it. */
export function focusOn(path: Path): void {
  for (let length = path.length; length > 0; length -= 1) {
    const part = document.querySelector(`[data-path="${CSS.escape(keyOf(path.slice(0, length)))}"]`);
    // A control in a closed group can have the focus once the group is open.
    for (let group = part?.closest("details"); group; group = group.parentElement?.closest("details")) group.open = true;
    const control = part?.querySelector<HTMLElement>("input, select, textarea, button");
    if (!control) continue;
    control.focus();
    control.scrollIntoView({ block: "center" });
    return;
  }
}
