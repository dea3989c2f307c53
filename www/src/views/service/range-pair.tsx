// A range as a picture with two native sliders on it: refused zones are hatched, with the reason; below is what is in effect.
import { useId } from "preact/hooks";

export interface Limits {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface RangePairProps {
  readonly label: string;
  readonly unit: string;
  readonly limits: Limits;
  readonly least: number;
  readonly most: number;
  readonly onLeast: (value: number) => void;
  readonly onMost: (value: number) => void;
  /** What applies now. */
  readonly effect: readonly [number, number] | undefined;
  /** Why a value is refused; undefined: it is not. */
  readonly refusal: (value: number) => string | undefined;
  /** What is wrong with the pair. */
  readonly error: string | undefined;
  /** Why all of it is refused. */
  readonly refusedBecause: string | undefined;
}

interface Zone {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** The picture reaches beyond the limits, so that there is a zone to see. */
function zonesOf({ limits, refusal, refusedBecause }: RangePairProps): { zones: Zone[]; end: number } {
  const end = limits.max + Math.max(limits.step, Math.round((limits.max - limits.min) / 16));
  if (refusedBecause !== undefined) return { zones: [{ from: 0, to: end, reason: refusedBecause }], end };
  const zones: Zone[] = [];
  for (let value = 0; value <= end; value += limits.step) {
    const reason = refusal(value);
    if (reason === undefined) continue;
    const last = zones.at(-1);
    // A refused value below the limits reaches up to the next one, a value above them down to the last.
    const [from, to] = value < limits.min ? [value, value + limits.step] : [value - limits.step, value];
    if (last !== undefined && last.to >= from) zones[zones.length - 1] = { ...last, to: Math.min(end, to) };
    else zones.push({ from, to: Math.min(end, to), reason });
  }
  const above = zones.at(-1);
  if (above !== undefined && above.from >= limits.max) zones[zones.length - 1] = { ...above, to: end };
  return { zones, end };
}

export function RangePair(props: RangePairProps) {
  const { label, unit, limits, least, most, onLeast, onMost, effect, error, refusedBecause } = props;
  const { zones, end } = zonesOf(props);
  const id = useId();
  const part = (value: number) => `${(100 * value) / end}%`;
  const span = (from: number, to: number) => ({ "--from": part(from), "--length": `${(100 * Math.max(0, to - from)) / end}%` });
  const slider = (name: string, value: number, change: (value: number) => void) => (
    <input
      type="range"
      aria-label={`${name} ${label}`}
      aria-valuetext={`${value} ${unit}`}
      aria-invalid={error !== undefined || undefined}
      aria-describedby={`${id}-texts`}
      aria-disabled={refusedBecause !== undefined || undefined}
      min={limits.min}
      max={limits.max}
      step={limits.step}
      value={value}
      onInput={(event) => {
        // A refused slider stays where it is, and can still be found.
        if (refusedBecause === undefined) change(event.currentTarget.valueAsNumber);
        else event.currentTarget.valueAsNumber = value;
      }}
    />
  );
  return (
    <fieldset class="range-pair" aria-label={label}>
      <p class="range-head">
        <strong>{label}</strong>
        <output>{least === most ? `${most} ${unit}` : `${least} to ${most} ${unit}`}</output>
      </p>
      <div class="range-track">
        {zones.map(({ from, to, reason }) => (
          <span key={from} class="zone" style={span(from, to)} title={reason} />
        ))}
        <span class={error === undefined ? "chosen" : "chosen wrong"} style={span(Math.min(least, most), Math.max(least, most))} />
        {effect && <span class="effect" style={span(effect[0], effect[1])} title={`In effect: ${effect[0]} to ${effect[1]} ${unit}`} />}
        <div class="sliders" style={span(limits.min, limits.max)}>
          {slider("Least", least, onLeast)}
          {slider("Most", most, onMost)}
        </div>
      </div>
      <div class="range-texts" id={`${id}-texts`}>
        {error !== undefined && <p class="error-text">{error}</p>}
        {zones.map(({ from, reason }) => (
          <p key={from} class="zone-text">
            Refused: {reason.charAt(0).toLowerCase() + reason.slice(1)}
          </p>
        ))}
        {effect && (
          <p class="effect-text">
            In effect: {effect[0] === effect[1] ? effect[0] : `${effect[0]} to ${effect[1]}`} {unit}
          </p>
        )}
      </div>
    </fieldset>
  );
}
