// Form fields: label, help and error, tied to the control for screen readers.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

export interface FieldProps {
  readonly label: ComponentChildren;
  readonly help?: ComponentChildren;
  /** What is wrong with the value; shown at the field. */
  readonly error?: string | undefined;
  readonly optional?: boolean;
  /** Renders the control with the attributes that tie it to its texts. */
  readonly children: (tied: Tied) => JSX.Element;
}

export interface Tied {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
}

export function Field({ label, help, error, optional = false, children }: FieldProps) {
  const id = useId();
  const texts = [help !== undefined && `${id}-help`, error !== undefined && `${id}-error`].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>
        {label} {optional && <span class="soft">optional</span>}
      </label>
      {children({ id, "aria-describedby": texts.join(" ") || undefined, "aria-invalid": error !== undefined || undefined })}
      {error !== undefined && (
        <p id={`${id}-error`} class="error-text">
          {error}
        </p>
      )}
      {help !== undefined && (
        <p id={`${id}-help`} class="help">
          {help}
        </p>
      )}
    </div>
  );
}
