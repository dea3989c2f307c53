// Controls for single values: texts, numbers, choices, and whether something is so.
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { Field, type Tied } from "../ui/field.tsx";
import { type PartProps, type Suggestion, useForm } from "./context.ts";
import type { Form, FormOf, Json, TextFormat } from "./model.ts";
import { Name, Prose } from "./texts.tsx";

/** A control with its label, its help and its issue. */
function Labelled({ part, help, children }: { part: PartProps; help?: JSX.Element | undefined; children: (tied: Tied) => JSX.Element }) {
  const { form, path } = part;
  const texts = (form.help !== undefined || help !== undefined) && (
    <>
      {form.help !== undefined && <Prose text={form.help} />} {help}
    </>
  );
  return (
    <Field label={<Name part={part} />} help={texts || undefined} error={useForm().issueAt(path)}>
      {children}
    </Field>
  );
}

/** What is sent where the field is left alone. */
const defaultText = (form: Form): string =>
  form.default === undefined || form.default === null
    ? "Not set"
    : `Default: ${typeof form.default === "boolean" ? (form.default ? "yes" : "no") : form.default}`;

const inputTypes: Partial<Record<TextFormat, string>> = { email: "email", url: "url", date: "date", "date-time": "datetime-local" };

const pad = (number: number, length = 2): string => String(number).padStart(length, "0");

/** A moment as `datetime-local` has it: in the visitor's time zone. */
function local(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return "";
  const date = `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${date}T${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

export function TextControl(part: PartProps<FormOf<"text">>) {
  const { form, name, value, onChange } = part;
  const [shown, setShown] = useState(false);
  const text = typeof value === "string" ? value : "";
  const suggestions = useForm().suggest(name);
  if (suggestions !== undefined) return <Choose part={part} options={suggestions} open />;
  const moment = form.format === "date-time";
  const isSecret = form.secret && !shown;
  const set = (entered: string) => onChange(entered === "" ? undefined : moment ? new Date(entered).toISOString() : entered);
  const shared = {
    autocomplete: "off",
    spellcheck: false,
    autocapitalize: "off" as const,
    ...(form.example !== undefined && { placeholder: String(form.example) }),
  };
  return (
    <Labelled part={part} help={moment ? <>In your time zone. {text !== "" && <code>{text}</code>}</> : undefined}>
      {(tied) => (
        <div class="secret-input">
          {form.format === "lines" ? (
            <textarea
              {...tied}
              {...shared}
              class={isSecret ? "masked" : undefined}
              rows={4}
              value={text}
              onInput={(event) => set(event.currentTarget.value)}
            />
          ) : (
            <input
              {...tied}
              {...shared}
              type={isSecret ? "password" : (inputTypes[form.format] ?? "text")}
              {...(form.secret && { autocomplete: "new-password" })}
              {...(moment && { step: 1 })}
              class={form.format === "uuid" || form.format === "address" ? "mono" : undefined}
              value={moment ? local(text) : text}
              onInput={(event) => set(event.currentTarget.value)}
            />
          )}
          {form.secret && (
            <Button kind="plain" label={`${shown ? "Hide" : "Show"} ${part.label}`} onClick={() => setShown(!shown)}>
              {shown ? "Hide" : "Show"}
            </Button>
          )}
        </div>
      )}
    </Labelled>
  );
}

export function NumberControl(part: PartProps<FormOf<"number">>) {
  const { form, value, onChange } = part;
  // "1.0" and "1" are one number: what was typed stays.
  const [typed, setTyped] = useState("");
  const text = typed !== "" && Number(typed) === value ? typed : typeof value === "number" && !Number.isNaN(value) ? String(value) : "";
  return (
    <Labelled part={part}>
      {(tied) => (
        <input
          {...tied}
          class="number"
          type="number"
          inputMode={form.integer ? "numeric" : "decimal"}
          min={form.min}
          max={form.max}
          step={form.step ?? "any"}
          placeholder={typeof form.default === "number" ? String(form.default) : undefined}
          value={text}
          onInput={({ currentTarget: { value: entered, validity } }) => {
            setTyped(entered);
            // The client says what is wrong with a text that is no number.
            onChange(entered === "" ? (validity.badInput ? Number.NaN : undefined) : Number(entered));
          }}
        />
      )}
    </Labelled>
  );
}

const OTHER = "\u0000other";

/** Known values, and with `open` any other text. */
function Choose({ part, options, open }: { part: PartProps; options: readonly Suggestion[]; open: boolean }) {
  const { value, onChange, required, form, label } = part;
  const isKnown = options.some((option) => option.value === String(value));
  const [isOther, setIsOther] = useState(false);
  const other = open && (isOther || (value !== undefined && value !== null && !isKnown));
  // Options may be numbers, too.
  const original = (text: string): Json =>
    form.kind === "choice" ? (form.options.find((option) => String(option) === text) ?? text) : text;
  return (
    <Labelled part={part}>
      {(tied) => (
        <div class="choose">
          <select
            {...tied}
            value={other ? OTHER : value === undefined || value === null ? "" : String(value)}
            onChange={({ currentTarget: { value: chosen } }) => {
              setIsOther(chosen === OTHER);
              onChange(chosen === OTHER || chosen === "" ? undefined : original(chosen));
            }}
          >
            <option value="">{required ? "Choose…" : defaultText(form)}</option>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
            {open && <option value={OTHER}>Another value…</option>}
          </select>
          {other && (
            <input
              type="text"
              aria-label={`${label}, another value`}
              aria-invalid={tied["aria-invalid"]}
              aria-describedby={tied["aria-describedby"]}
              autocomplete="off"
              spellcheck={false}
              value={typeof value === "string" ? value : ""}
              onInput={(event) => onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
            />
          )}
        </div>
      )}
    </Labelled>
  );
}

/** The most options that stand side by side. */
const FEW = 3;

export function ChoiceControl(part: PartProps<FormOf<"choice">>) {
  const { form, group, required } = part;
  const pattern = group === undefined ? undefined : form.groups?.[group];
  const options = form.options
    .map((option) => String(option))
    .filter((option) => pattern === undefined || new RegExp(pattern).test(option));
  if (!form.open && required && options.length <= FEW)
    return <Radios part={part} options={form.options.map((each) => [each, String(each)])} />;
  return <Choose part={part} options={options.map((option) => ({ value: option, label: option }))} open={form.open} />;
}

export function BooleanControl(part: PartProps<FormOf<"boolean">>) {
  const options: [Json | undefined, string][] = [
    [true, "Yes"],
    [false, "No"],
  ];
  return <Radios part={part} options={part.required ? options : [[undefined, defaultText(part.form)], ...options]} />;
}

function Radios({ part, options }: { part: PartProps; options: readonly (readonly [Json | undefined, string])[] }) {
  const id = useId();
  const issue = useForm().issueAt(part.path);
  const { form, value, onChange } = part;
  const texts = [form.help !== undefined && `${id}-help`, issue !== undefined && `${id}-error`].filter(Boolean).join(" ");
  return (
    <fieldset class="field radios" aria-describedby={texts || undefined}>
      <legend>
        <Name part={part} />
      </legend>
      <div class="radio-row">
        {options.map(([option, text]) => (
          <label key={text}>
            <input
              type="radio"
              name={id}
              checked={value === option}
              aria-invalid={issue !== undefined || undefined}
              onChange={() => onChange(option)}
            />
            {text}
          </label>
        ))}
      </div>
      {issue !== undefined && (
        <p id={`${id}-error`} class="error-text">
          {issue}
        </p>
      )}
      {form.help !== undefined && (
        <p id={`${id}-help`} class="help">
          <Prose text={form.help} />
        </p>
      )}
    </fieldset>
  );
}

/** Any JSON, as text. What is no JSON goes on as text, for the client to refuse. */
export function JsonControl(part: PartProps<FormOf<"json">>) {
  const [typed, setTyped] = useState(() => (part.value === undefined ? "" : JSON.stringify(part.value, undefined, 2)));
  const [failed, setFailed] = useState(false);
  return (
    <Labelled part={part} help={failed ? <span class="error-text">This is not JSON yet.</span> : undefined}>
      {(tied) => (
        <textarea
          {...tied}
          class="mono"
          rows={4}
          spellcheck={false}
          value={typed}
          onInput={({ currentTarget: { value } }) => {
            setTyped(value);
            try {
              part.onChange(value.trim() === "" ? undefined : JSON.parse(value));
              setFailed(false);
            } catch {
              part.onChange(value);
              setFailed(true);
            }
          }}
        />
      )}
    </Labelled>
  );
}
