// A question before a change that cannot be undone.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button, type ButtonProps } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

export interface ConfirmProps {
  /** The text of the button that asks. */
  readonly button: ComponentChildren;
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
  /** The text of the button that acts. */
  readonly act: string;
  readonly onConfirm: () => void;
  /** Of the button that acts, and, where it warns, of the one that asks. */
  readonly kind?: ButtonProps["kind"];
  readonly label?: string;
  readonly disabledBecause?: string | undefined;
  readonly busy?: boolean;
}

export function Confirm({ button, title, children, act, onConfirm, kind = "danger", ...rest }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button {...rest} {...(kind === "danger" && { kind })} onClick={() => setOpen(true)}>
        {button}
      </Button>
      <Dialog open={open} title={title} onClose={() => setOpen(false)}>
        {children}
        <div class="actions">
          <Button
            kind={kind}
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {act}
          </Button>
          <Button onClick={() => setOpen(false)}>Cancel</Button>
        </div>
      </Dialog>
    </>
  );
}
