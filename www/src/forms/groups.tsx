// Controls for values that hold others: objects, lists, maps and unions.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { type PartProps, useForm } from "./context.ts";
import { Fields, sectionsOf } from "./fields.tsx";
import type { FormOf, Json } from "./model.ts";
import { Name, Prose } from "./texts.tsx";
import { initial, isObject, variantOf, withProperty } from "./value.ts";

/** A frame with a legend, its help and its issue, and a way to leave the value out. */
function Frame({ part, children }: { part: PartProps; children: ComponentChildren }) {
  const { form, label, required, path, value, onChange } = part;
  const id = useId();
  const frame = useRef<HTMLFieldSetElement>(null);
  const issue = useForm().issueAt(path);
  const texts = [form.help !== undefined && `${id}-help`, issue !== undefined && `${id}-error`].filter(Boolean).join(" ");
  return (
    <fieldset ref={frame} class="form-frame" aria-describedby={texts || undefined}>
      <legend>
        <Name part={part} />
      </legend>
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
      {children}
      {!required && value !== undefined && (
        <div>
          <Button
            kind="plain"
            icon="close"
            label={`Leave out ${label}`}
            onClick={() => {
              onChange(undefined);
              // The button is gone then.
              setTimeout(() => frame.current?.querySelector<HTMLElement>("button, input, select")?.focus());
            }}
          >
            Leave out
          </Button>
        </div>
      )}
    </fieldset>
  );
}

function AddButton({ part, children }: { part: PartProps<FormOf<"object" | "union">>; children?: ComponentChildren }) {
  const ref = useRef<HTMLDivElement>(null);
  return (
    <div ref={ref}>
      <Button
        kind="plain"
        icon="plus"
        onClick={() => {
          const frame = ref.current?.closest("fieldset");
          part.onChange(initial(part.form) ?? {});
          setTimeout(() => frame?.querySelector<HTMLElement>("input, select, textarea")?.focus());
        }}
      >
        {children ?? `Add ${part.label}`}
      </Button>
    </div>
  );
}

export function ObjectControl({ bare, ...part }: PartProps<FormOf<"object">>) {
  const { form, path, value, required, onChange } = part;
  const values = isObject(value) ? value : {};
  const fields = <Fields sections={sectionsOf(form.fields)} path={path} value={values} onChange={(changed) => onChange(changed as Json)} />;
  if (bare) return fields;
  return <Frame part={part}>{!required && value === undefined ? <AddButton part={part} /> : fields}</Frame>;
}

export function UnionControl({ bare, ...part }: PartProps<FormOf<"union">>) {
  const { form, path, value, required, onChange, label } = part;
  const { Part } = useForm();
  const [chosen, setChosen] = useState<number>();
  const id = useId();
  if (!required && value === undefined) return <Frame part={part}>{<AddButton part={part} />}</Frame>;
  const index = value === undefined && chosen === undefined ? undefined : (variantOf(form, value) ?? chosen ?? 0);
  const variant = index === undefined ? undefined : form.variants[index];
  const content = (
    <div class="form-fields">
      <div class="field">
        <label for={id}>Kind of {label.toLowerCase()}</label>
        <select
          id={id}
          value={index ?? ""}
          onChange={(event) => {
            const next = Number(event.currentTarget.value);
            setChosen(next);
            const form = part.form.variants[next]?.form;
            onChange(form === undefined ? undefined : initial(form));
          }}
        >
          {index === undefined && <option value="">Choose…</option>}
          {form.variants.map((each, at) => (
            <option key={each.label} value={at}>
              {each.label}
            </option>
          ))}
        </select>
      </div>
      {variant !== undefined && (
        <Part
          key={index}
          form={variant.form}
          name={part.name}
          label={part.label}
          required
          path={path}
          value={value}
          onChange={onChange}
          bare
        />
      )}
    </div>
  );
  return bare ? content : <Frame part={part}>{content}</Frame>;
}

export function ListControl(part: PartProps<FormOf<"list">>) {
  const { form, path, value, label, onChange, name } = part;
  const { Part } = useForm();
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  const list = useRef<HTMLDivElement>(null);
  // Each item keeps its controls when another one is removed.
  const [keys, setKeys] = useState<readonly number[]>([]);
  const next = useRef(0);
  const keyOf = (index: number) => keys[index] ?? `new ${index}`;
  const fresh = () => (next.current += 1);
  const all = () => items.map((_, index) => keys[index] ?? fresh());
  const focus = (index: number, selector: string) =>
    setTimeout(() =>
      (list.current?.children[index]?.querySelector<HTMLElement>(selector) ?? list.current?.querySelector("button"))?.focus(),
    );
  const isFull = form.maxItems !== undefined && items.length >= form.maxItems;
  return (
    <Frame part={part}>
      <div ref={list} class="form-list">
        {items.map((item, index) => (
          <div key={keyOf(index)} class="form-item">
            <Part
              form={form.item}
              name={name}
              label={`${label} ${index + 1}`}
              required
              path={[...path, index]}
              value={item ?? undefined}
              onChange={(changed) => onChange(items.map((each, at) => (at === index ? (changed ?? null) : each)))}
            />
            <Button
              kind="plain"
              icon="close"
              label={`Remove ${label} ${index + 1}`}
              onClick={() => {
                setKeys(all().filter((_, at) => at !== index));
                onChange(items.filter((_, at) => at !== index));
                focus(Math.min(index, items.length - 2), "button.plain:last-child");
              }}
            >
              Remove
            </Button>
          </div>
        ))}
        <div class="form-add">
          <Button
            kind="plain"
            icon="plus"
            label={`Add to ${label}`}
            disabledBecause={isFull ? `At most ${form.maxItems}` : undefined}
            onClick={() => {
              setKeys([...all(), fresh()]);
              onChange([...items, initial(form.item) ?? null]);
              focus(items.length, "input, select, textarea");
            }}
          >
            Add
          </Button>
          {value !== undefined && items.length === 0 && <span class="soft">An empty list is sent.</span>}
        </div>
      </div>
    </Frame>
  );
}

export function MapControl(part: PartProps<FormOf<"map">>) {
  const { form, path, value, label, onChange } = part;
  const { Part } = useForm();
  const [name, setName] = useState("");
  const id = useId();
  const values = isObject(value) ? value : {};
  const taken = name in values;
  const add = () => {
    onChange({ ...(values as Record<string, Json>), [name]: (initial(form.value) ?? "") as Json });
    setName("");
  };
  return (
    <Frame part={part}>
      {Object.entries(values).map(([property, item]) => (
        <div key={property} class="form-item">
          <Part
            form={form.value}
            name={property}
            label={property}
            required
            path={[...path, property]}
            value={item}
            onChange={(changed) => onChange({ ...(values as Record<string, Json>), [property]: changed ?? "" })}
          />
          <Button
            kind="plain"
            icon="close"
            label={`Remove ${property}`}
            onClick={() => {
              onChange(withProperty(values, property, undefined) as Json);
              document.getElementById(id)?.focus();
            }}
          >
            Remove
          </Button>
        </div>
      ))}
      <div class="form-item">
        <div class="field">
          <label for={id}>A name in {label.toLowerCase()}</label>
          <input id={id} type="text" autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </div>
        <Button
          kind="plain"
          icon="plus"
          label={`Add the name to ${label}`}
          disabledBecause={name === "" ? "Enter a name first" : taken ? "It is there already" : undefined}
          onClick={add}
        >
          Add
        </Button>
      </div>
    </Frame>
  );
}
