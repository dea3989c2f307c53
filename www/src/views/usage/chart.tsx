// Stacked bars: a bar a day, a pattern and a colour a kind. The table beside it says the same in numbers.
import { type Day, kindName } from "./costs.ts";

const HEIGHT = 200;
const STEP = 20;
const BAR = 14;

/** A round number of at least `cost`, for the scale. */
function roundUp(cost: number): number {
  const power = 10 ** Math.floor(Math.log10(cost));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= cost) ?? cost;
}

export function Chart({ days, kinds }: { days: readonly Day[]; kinds: readonly string[] }) {
  const most = roundUp(Math.max(0.01, ...days.map(({ total }) => total)));
  const width = days.length * STEP;
  return (
    <figure class="chart">
      <ul class="legend" aria-label="Kinds">
        {kinds.map((kind, index) => (
          <li key={kind}>
            <svg viewBox="0 0 12 12" aria-hidden="true">
              <rect class={`kind-${index}`} width="12" height="12" />
            </svg>
            {kindName(kind)}
          </li>
        ))}
      </ul>
      <div class="chart-area">
        <p class="chart-scale soft" aria-hidden="true">
          <span>{most.toLocaleString()}</span>
          <span>{(most / 2).toLocaleString()}</span>
          <span>0</span>
        </p>
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={describe(days)}>
          {[0, 0.5, 1].map((part) => (
            <line key={part} class="grid" x1="0" x2={width} y1={HEIGHT * part} y2={HEIGHT * part} />
          ))}
          {days.map((day, index) => (
            <Bar key={day.date} day={day} kinds={kinds} x={index * STEP + (STEP - BAR) / 2} scale={HEIGHT / most} />
          ))}
        </svg>
      </div>
      <p class="chart-days soft" aria-hidden="true">
        <span>{days[0]?.date}</span>
        <span>{days.at(-1)?.date}</span>
      </p>
    </figure>
  );
}

function Bar({ day, kinds, x, scale }: { day: Day; kinds: readonly string[]; x: number; scale: number }) {
  let top = HEIGHT;
  return (
    <g>
      <title>{`${day.date}: ${day.total} CHC`}</title>
      {/* The whole column shows the title. */}
      <rect class="hit" x={x - (STEP - BAR) / 2} y="0" width={STEP} height={HEIGHT} />
      {kinds.map((kind, index) => {
        const height = (day.kinds.get(kind) ?? 0) * scale;
        top -= height;
        return height > 0 && <rect key={kind} class={`kind-${index}`} x={x} y={top} width={BAR} height={height} />;
      })}
    </g>
  );
}

function describe(days: readonly Day[]): string {
  const most = days.reduce((a, b) => (b.total > a.total ? b : a));
  return `Costs of ${days.length} days; the most on ${most.date}: ${most.total} CHC`;
}
