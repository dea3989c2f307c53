// The shell: top bar, navigation, the screen of the route, the workbench and the live region.
import { Link, Redirect, Route, Router, Switch, useLocation } from "wouter-preact";
import { useHashLocation } from "wouter-preact/use-hash-location";
import { announcement } from "./store/announce.ts";
import { Changes } from "./ui/changes.tsx";
import { lazy } from "./views/lazy.tsx";
import { Services } from "./views/services/services.tsx";

const Create = lazy(async () => (await import("./views/create/create.tsx")).Create);
const Service = lazy(async () => (await import("./views/service/service.tsx")).Service);
const Keys = lazy(async () => (await import("./views/keys/keys.tsx")).Keys);
const People = lazy(async () => (await import("./views/people/people.tsx")).People);
const Activities = lazy(async () => (await import("./views/activities/activities.tsx")).Activities);
const Usage = lazy(async () => (await import("./views/usage/usage.tsx")).Usage);
const Explorer = lazy(async () => (await import("./views/explorer/explorer.tsx")).Explorer);
const Workbench = lazy(async () => (await import("./views/workbench/workbench.tsx")).Workbench);
const BackendBar = lazy(async () => (await import("./views/workbench/backend-bar.tsx")).BackendBar);

const places = [
  ["/services", "Services"],
  ["/keys", "Keys"],
  ["/people", "People"],
  ["/activities", "Activities"],
  ["/usage", "Usage"],
  ["/explorer", "Explorer"],
] as const;

function Navigation() {
  const [location] = useLocation();
  return (
    <nav class="places" aria-label="Screens">
      <ul>
        {places.map(([path, name]) => (
          <li key={path}>
            <Link href={path} aria-current={location.startsWith(path) ? "page" : undefined}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function App() {
  return (
    <Router hook={useHashLocation}>
      {/* No link: the hash of the address is the route. */}
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <p class="brand">clickhouse-cloud</p>
        <BackendBar />
      </header>
      <Navigation />
      <main id="main" tabIndex={-1}>
        <Switch>
          <Route path="/services" component={Services} />
          <Route path="/services/new">
            <Create />
          </Route>
          <Route path="/services/:id/:part?">{({ id, part }) => <Service key={id} id={id} part={part} />}</Route>
          <Route path="/keys">
            <Keys />
          </Route>
          <Route path="/people">
            <People />
          </Route>
          <Route path="/activities">
            <Activities />
          </Route>
          <Route path="/usage">
            <Usage />
          </Route>
          <Route path="/explorer/:operation?">{({ operation }) => <Explorer operation={operation} />}</Route>
          <Route>
            <Redirect to="/services" replace />
          </Route>
        </Switch>
      </main>
      <Changes />
      <Workbench />
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </Router>
  );
}
