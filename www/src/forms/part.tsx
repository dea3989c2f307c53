// The control of any value.
import { keyOf, type PartProps } from "./context.ts";
import { BooleanControl, ChoiceControl, JsonControl, NumberControl, TextControl } from "./controls.tsx";
import { ListControl, MapControl, ObjectControl, UnionControl } from "./groups.tsx";

/** A value with its control; without a frame of its own where `bare`. */
export function Part(part: PartProps) {
  const { form, path, value, onChange, required, label } = part;
  const isNull = value === null && form.nullable;
  return (
    <div class="form-part" data-path={keyOf(path)}>
      {!isNull && control(part)}
      {form.nullable && !required && (
        <label class="null">
          <input type="checkbox" checked={isNull} onChange={() => onChange(isNull ? undefined : null)} />
          {isNull ? `${label}: null is sent` : "Send null"}
          {!isNull && <span class="unseen"> as {label}</span>}
        </label>
      )}
    </div>
  );
}

function control(part: PartProps) {
  const { form } = part;
  switch (form.kind) {
    case "text":
      return <TextControl {...part} form={form} />;
    case "choice":
      return <ChoiceControl {...part} form={form} />;
    case "number":
      return <NumberControl {...part} form={form} />;
    case "boolean":
      return <BooleanControl {...part} form={form} />;
    case "object":
      return <ObjectControl {...part} form={form} />;
    case "union":
      return <UnionControl {...part} form={form} />;
    case "list":
      return <ListControl {...part} form={form} />;
    case "map":
      return <MapControl {...part} form={form} />;
    case "json":
      return <JsonControl {...part} form={form} />;
    case "constant":
    case "unknown":
      return null;
  }
}
