// The life of a service as a picture of its states: where it is, and the way to where it goes.
import { signal } from "@preact/signals";
import type { Service } from "clickhouse-cloud";
import { useEffect } from "preact/hooks";
import { now } from "../../store/cloud.ts";
import { mutation } from "../../store/mutations.ts";
import { lifeKey } from "../../store/services.ts";
import { toneOf } from "../../ui/state.tsx";
import { duration, words } from "../../ui/text.ts";
import { goalOf, type Place, placeOf, places, wayTo, ways } from "./life-map.ts";

const WIDTH = 168;
const HEIGHT = 76;
const BOX = { width: 138, height: 40 };

/** When the page has first seen the service in its state, in the back end's time. */
const seen = new Map<string, { state: string; since: number }>();
function sinceOf({ id, state, createdAt }: Service): number {
  const before = seen.get(id);
  if (before?.state === state) return before.since;
  const since = state === "provisioning" && createdAt !== undefined ? Date.parse(createdAt) : now();
  seen.set(id, { state, since });
  return since;
}

const tick = signal(0);

export function Life({ service }: { service: Service }) {
  const { id, name, state } = service;
  const change = mutation(lifeKey(id)).value;
  const place = placeOf(state);
  const goal = place && goalOf(place, change?.status === "running" ? change.resume?.by : undefined);
  const way = place === undefined ? [] : wayTo(place, goal);
  const isOnTheWay = way.length > 1;
  void tick.value;
  const elapsed = now() - sinceOf(service);
  useEffect(() => {
    if (!isOnTheWay) return;
    const timer = setInterval(() => {
      tick.value += 1;
    }, 1000);
    return () => clearInterval(timer);
  }, [isOnTheWay]);

  return (
    <section class="card" aria-labelledby="life">
      <h2 id="life">Life</h2>
      <figure class="life">
        <Picture state={state} place={place} way={way} name={name} />
        <ol class="life-list" aria-label="The way">
          {(isOnTheWay ? way : [place ?? state]).map((step, index) => (
            <li key={step} class={index === 0 ? `here ${toneOf(state)}` : ""}>
              {index === 0 ? words(state) : words(step)}
            </li>
          ))}
        </ol>
        <figcaption class="life-now">
          {isOnTheWay ? (
            <>
              <progress aria-label={`On the way to ${words(way.at(-1) ?? "")}`} />
              <span>
                {words(state)} for {duration(Math.max(0, elapsed))}; then {way.slice(1).map(words).join(", then ")}
              </span>
            </>
          ) : (
            <span>{meaning(state)}</span>
          )}
        </figcaption>
      </figure>
    </section>
  );
}

function meaning(state: string): string {
  switch (state) {
    case "running":
      return "It takes queries. It goes idle when nobody uses it, if idling is on.";
    case "idle":
      return "It sleeps, for nobody uses it. A connection wakes it.";
    case "stopped":
      return "It is off until it is started. Its data stays.";
    case "failed":
      return "It does not run. Ask the support of ClickHouse Cloud.";
    case "degraded":
    case "partially_running":
      return "It takes queries, but not all of it is well.";
    default:
      return `It is ${words(state)}.`;
  }
}

const center = ({ column, row }: Place) => ({ x: (column + 0.5) * WIDTH, y: (row + 0.5) * HEIGHT });

function Picture({ state, place, way, name }: { state: string; place: string | undefined; way: readonly string[]; name: string }) {
  const onWay = new Set(way.slice(1).map((end, index) => `${way[index]} ${end}`));
  const goal = way.length > 1 ? `, on the way to ${words(way.at(-1) ?? "")}` : "";
  return (
    <svg class="life-map" viewBox={`0 0 ${5 * WIDTH} ${3 * HEIGHT}`} role="img" aria-label={`${name} is ${words(state)}${goal}`}>
      <defs>
        {["arrow", "arrow-way"].map((id) => (
          <marker
            key={id}
            id={id}
            class={id}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0.5L8 4 0 7.5z" />
          </marker>
        ))}
      </defs>
      {ways.map(([start, end]) => {
        const isWay = onWay.has(`${start} ${end}`);
        return (
          <path
            key={`${start} ${end}`}
            class={isWay ? "life-edge way" : "life-edge"}
            d={line(start, end)}
            marker-end={`url(#${isWay ? "arrow-way" : "arrow"})`}
          />
        );
      })}
      {Object.entries(places).map(([each, at]) => {
        const { x, y } = center(at);
        const isHere = each === place;
        const shown = isHere ? state : each;
        const kind = isHere ? `here ${toneOf(state)}` : way.includes(each) ? "way" : "";
        return (
          <g key={each} class={`life-state ${kind}`} transform={`translate(${x} ${y})`}>
            <rect x={-BOX.width / 2} y={-BOX.height / 2} width={BOX.width} height={BOX.height} rx="20" />
            {isHere && <circle cx={-BOX.width / 2 + 14} r="4" />}
            <text x={isHere ? 8 : 0} dy="0.35em">
              {words(shown)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** A straight line between the borders of two boxes. */
function line(start: string, end: string): string {
  const [from, to] = [places[start], places[end]];
  if (from === undefined || to === undefined) return "";
  const [a, b] = [center(from), center(to)];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const part = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : BOX.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : BOX.height / 2 / Math.abs(dy),
  );
  const gap = part + 3 / Math.hypot(dx, dy);
  return `M${a.x + dx * gap} ${a.y + dy * gap}L${b.x - dx * gap} ${b.y - dy * gap}`;
}
