// The values of a form: plain JSON, in which only that is present which the visitor has entered.
import { constants, type Form, type Json } from "./model.ts";

/** Names of properties and indices, as in the client's issues: `["body", "ipAccessList", 0, "source"]`. */
export type Path = readonly (string | number)[];

export type Values = Readonly<Record<string, Json | undefined>>;

export const isObject = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value that a control begins with when the visitor adds it: its constants, and objects that must be there. */
export function initial(form: Form): Json | undefined {
  switch (form.kind) {
    case "constant":
      return form.value;
    case "object":
      return Object.fromEntries(
        form.fields.flatMap((field) => {
          const value = field.required ? initial(field.form) : undefined;
          return value === undefined ? [] : [[field.name, value]];
        }),
      );
    case "union": {
      const [first] = form.variants;
      return first === undefined ? undefined : initial(first.form);
    }
    case "list":
      return [];
    case "map":
      return {};
    default:
      return undefined;
  }
}

/** The property set, or removed where the value is absent. */
export function withProperty(values: Values, name: string, value: Json | undefined): Values {
  const { [name]: _, ...others } = values;
  if (value === undefined) return others;
  // A property that is there keeps its place.
  return name in values ? { ...values, [name]: value } : { ...others, [name]: value };
}

/** The variant that a value has the constants of; undefined where they do not tell. */
export function variantOf(form: Extract<Form, { kind: "union" }>, value: Json | undefined): number | undefined {
  if (!isObject(value)) return undefined;
  const fitting = form.variants.map(({ form }, index) => ({ index, known: [...constants(form)] }));
  const found = fitting.filter(({ known }) => known.length > 0 && known.every(([name, constant]) => value[name] === constant));
  // The one with most constants, such as a chart from SQL rather than any chart.
  return found.sort((a, b) => b.known.length - a.known.length)[0]?.index;
}

/** The value with its secrets replaced. */
export function masked(form: Form, value: Json | undefined, mask: (path: Path) => unknown, path: Path = []): unknown {
  if (value === undefined || value === null) return value;
  if (form.secret) return mask(path);
  if (Array.isArray(value)) {
    const { kind } = form;
    return value.map((item, index) => (kind === "list" ? masked(form.item, item, mask, [...path, index]) : item));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => {
      const inner = propertyForm(form, name, value as Json);
      return [name, inner === undefined ? property : masked(inner, property, mask, [...path, name])];
    }),
  );
}

function propertyForm(form: Form, name: string, value: Json): Form | undefined {
  if (form.kind === "object") return form.fields.find((field) => field.name === name)?.form;
  if (form.kind === "map") return form.value;
  if (form.kind !== "union") return undefined;
  const known = variantOf(form, value);
  const variants = known === undefined ? form.variants : form.variants.slice(known, known + 1);
  const found = variants.flatMap((variant) => propertyForm(variant.form, name, value) ?? []);
  return found.find(({ secret }) => secret) ?? found[0];
}
