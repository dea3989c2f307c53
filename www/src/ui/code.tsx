// A program or a document, with a button that copies it.
import { Copy } from "./copy.tsx";

/** @param props.copied the text to copy, where it differs from the one that is shown */
export function Code({ text, label, copied = text }: { text: string; label: string; copied?: string }) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={label}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <Copy text={copied} of={label} />
    </div>
  );
}
