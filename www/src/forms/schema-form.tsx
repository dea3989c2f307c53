// A form for a value of the contract. It renders fields, and shows the client's issues at them; it checks nothing itself.
import { useMemo } from "preact/hooks";
import { FormContext, type Shared } from "./context.ts";
import { Fields, type Section } from "./fields.tsx";
import type { Form, Json } from "./model.ts";
import { Part } from "./part.tsx";
import { isObject, type Path } from "./value.ts";

export interface SchemaFormProps {
  readonly form: Form;
  /** The beginning of its issues' paths, such as `["body"]`. */
  readonly path: Path;
  readonly label: string;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  /** Its fields under headings of the view's own, where the form is an object. */
  readonly sections?: readonly Section[];
  /** The issues at its fields; see `useIssues`. */
  readonly shared: Omit<Shared, "Part">;
}

export function SchemaForm({ form, path, label, value, onChange, sections, shared }: SchemaFormProps) {
  const context = useMemo(() => ({ ...shared, Part }), [shared]);
  return (
    <FormContext.Provider value={context}>
      {sections === undefined ? (
        <Part form={form} name={String(path.at(-1))} label={label} required path={path} value={value} onChange={onChange} bare />
      ) : (
        <Fields sections={sections} path={path} value={isObject(value) ? value : {}} onChange={(changed) => onChange(changed as Json)} />
      )}
    </FormContext.Provider>
  );
}
