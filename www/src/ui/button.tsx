// Buttons. One that cannot act now stays where it is and says why.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: (event: MouseEvent) => void;
  readonly kind?: "primary" | "danger" | "plain";
  readonly type?: "button" | "submit";
  readonly icon?: IconName;
  /** Why it cannot act now. */
  readonly disabledBecause?: string | undefined;
  /** Its action is in progress. */
  readonly busy?: boolean;
  /** The name for screen readers, where the text alone is ambiguous. */
  readonly label?: string;
  readonly class?: string;
  readonly expanded?: boolean;
  readonly pressed?: boolean;
}

export function Button({ children, onClick, kind, type = "button", icon, disabledBecause, busy = false, label, ...rest }: ButtonProps) {
  const id = useId();
  const disabled = busy || disabledBecause !== undefined;
  return (
    <>
      <button
        type={type}
        class={["button", kind, rest.class].filter(Boolean).join(" ")}
        aria-disabled={disabled || undefined}
        aria-busy={busy || undefined}
        aria-label={label}
        aria-expanded={rest.expanded}
        aria-pressed={rest.pressed}
        aria-describedby={disabledBecause === undefined ? undefined : id}
        title={disabledBecause}
        onClick={(event) => {
          if (!disabled) onClick?.(event);
          else event.preventDefault();
        }}
      >
        {busy && <span class="spinner" aria-hidden="true" />}
        {icon && <Icon name={icon} />}
        {children}
      </button>
      {disabledBecause !== undefined && (
        <span id={id} class="unseen">
          {disabledBecause}
        </span>
      )}
    </>
  );
}
