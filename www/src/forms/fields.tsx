// The fields of an object, under headings: those that are required first, and those that are out of use last.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useForm } from "./context.ts";
import type { Field } from "./model.ts";
import { type Path, type Values, withProperty } from "./value.ts";

/** Fields under one heading. */
export interface Section {
  readonly title: string | undefined;
  readonly fields: readonly Field[];
  /** Whether it is closed at first. */
  readonly closed: boolean;
}

interface FieldsProps {
  readonly sections: readonly Section[];
  readonly path: Path;
  readonly value: Values;
  readonly onChange: (value: Values) => void;
}

export function Fields({ sections, path, value, onChange }: FieldsProps) {
  const { Part } = useForm();
  // Two fields may change before the next rendering.
  const latest = useRef(value);
  latest.current = value;
  const one = (field: Field) => (
    <Part
      key={field.name}
      {...field}
      path={[...path, field.name]}
      value={value[field.name]}
      group={field.groupedBy === undefined ? undefined : String(value[field.groupedBy] ?? "")}
      onChange={(changed) => {
        latest.current = withProperty(latest.current, field.name, changed);
        onChange(latest.current);
      }}
    />
  );
  return (
    <div class="form-fields">
      {sections.map(({ title, fields, closed }) => {
        const parts = fields.filter(({ form }) => form.kind !== "constant");
        if (parts.length === 0) return null;
        const content = <div class="form-fields">{parts.map(one)}</div>;
        if (title === undefined) return content;
        return (
          <Group key={title} title={title} closed={closed} paths={parts.map(({ name }) => [...path, name])}>
            {content}
          </Group>
        );
      })}
    </div>
  );
}

function Group(props: { title: string; closed: boolean; paths: readonly Path[]; children: ComponentChildren }) {
  const { hasIssue } = useForm();
  const [isOpen, setIsOpen] = useState(!props.closed);
  return (
    <details class="form-group" open={isOpen || props.paths.some(hasIssue)} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{props.title}</summary>
      {props.children}
    </details>
  );
}

/** More optional fields than these are closed at first, where there are required ones. */
const FEW = 3;

/** The required fields, then the others, then those that are out of use. */
export function sectionsOf(fields: readonly Field[]): Section[] {
  const current = fields.filter(({ deprecated }) => !deprecated);
  const required = current.filter((field) => field.required);
  const optional = current.filter((field) => !field.required);
  const deprecated = fields.filter((field) => field.deprecated);
  const isLong = required.length > 0 && optional.length > FEW;
  return [
    { title: undefined, fields: isLong ? required : [...required, ...optional], closed: false },
    { title: `More options (${optional.length})`, fields: isLong ? optional : [], closed: true },
    { title: `Deprecated (${deprecated.length})`, fields: deprecated, closed: true },
  ];
}
