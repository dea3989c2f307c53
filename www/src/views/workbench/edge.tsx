// The upper edge of the workbench: the pointer and the keyboard move it.

const LEAST = 15;
const MOST = 90;
const STEP = 5;

/** @param props.height in percent of the window's height */
export function Edge({ height, onChange }: { height: number; onChange: (height: number) => void }) {
  const move = (to: number) => onChange(Math.min(MOST, Math.max(LEAST, Math.round(to))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved is no thematic break
    <div
      class="dock-edge"
      role="separator"
      tabIndex={0}
      aria-label="Height of the workbench"
      aria-orientation="horizontal"
      aria-controls="dock-panel"
      aria-valuenow={height}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuetext={`${height} %`}
      onKeyDown={(event) => {
        const to = { ArrowUp: height + STEP, ArrowDown: height - STEP, Home: LEAST, End: MOST }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        move(to);
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) move(100 * (1 - event.clientY / innerHeight));
      }}
    />
  );
}
