import "./lib/core.ts";
import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon, type IconName } from "@/components/Icon.tsx";
import { Strip } from "@/components/Strip.tsx";
import { followLinks } from "./lib/address.ts";
import { listenToKeys, showHelp } from "./lib/keyboard.ts";
import { connect } from "./lib/live.ts";
import { Notices } from "./lib/Notices.tsx";
import { reloadWhenIdle } from "./lib/reload.ts";
import { mayDecide } from "./lib/roles.ts";
import { type AppState, type Connection, home, type Panel, waitingCount } from "./lib/state.ts";
import { ThemeSwitch } from "./lib/ThemeSwitch.tsx";

const TICK_MS = 20_000;
const CONNECTIONS: Record<Connection, [IconName, string, string]> = {
  connecting: ["busy", "Connecting", "tone-grey"],
  live: ["online", "Live", "tone-green"],
  reconnecting: ["busy", "Reconnecting", "tone-amber"],
  offline: ["offline", "Offline", "tone-red"],
};
const PANELS: [Panel, IconName, string][] = [["chat", "chat", "Chat"], ["queue", "queue", "Queue"], [
  "data",
  "data",
  "Data",
]];

/** What an owner opens from here. */
const OWNERS: [string, IconName, string, () => Promise<(state: AppState) => Promise<void>>][] = [
  [
    "suspicions",
    "guard",
    "Suspicious messages",
    () => import("./lib/SuspicionsDialog.tsx").then(({ openSuspicions }) => openSuspicions),
  ],
  [
    "settings",
    "settings",
    "Settings",
    () => import("./lib/SettingsDialog.tsx").then(({ openSettings }) => openSettings),
  ],
];

/** The bar above everything. It also brings the page alive: live feed, clock, links, keys. */
export default function TopBar({ state }: { state: AppState }) {
  useEffect(() => {
    state.clock.value = Date.now();
    const ticking = setInterval(() => state.clock.value = Date.now(), TICK_MS);
    const stops = [connect(state), followLinks(state), listenToKeys(state), () => clearInterval(ticking)];
    if (localStorage.getItem("gatekeeper:notify")) {
      import("./lib/notify.ts").then(({ notify }) => notify(state), () => {});
    }
    return () => stops.forEach((stop) => stop());
  }, []);
  const waiting = waitingCount(state.counts.value);
  useSignalEffect(() => {
    const count = waitingCount(state.counts.value);
    document.title = `${count > 0 ? `(${count}) ` : ""}${state.workspace.name} · Gatekeeper`;
  });
  useSignalEffect(() => {
    if (state.outdated.value && state.me.mode === "local") reloadWhenIdle(state);
  });
  const [icon, word, tone] = CONNECTIONS[state.connection.value];
  const database = state.database.value;
  return (
    <div class="app-top">
      <header class="bar">
        <a class="skip" href="#composer">Skip to the composer</a>
        <h1 class="bar-name">
          <span class="bar-product">Gatekeeper</span>
          <a href={home(state)}>{state.workspace.name}</a>
        </h1>
        <span class={`bar-connection ${tone}`} data-testid="connection" data-state={state.connection.value}>
          <Icon name={icon} spin={icon === "busy"} />
          <span>{word}</span>
        </span>
        <a
          class={waiting > 0 ? "bar-waiting tone-amber" : "bar-waiting"}
          href={`${home(state)}?panel=queue&state=waiting`}
        >
          <span class="mono" data-testid="pending-count">{waiting}</span> {waiting === 1 ? "waits" : "wait"}
        </a>
        <nav class="tabs" aria-label="Panels">
          {PANELS.map(([panel, panelIcon, name]) => (
            <a
              key={panel}
              class={`tab tab-${panel} ${state.side.value === panel ? "is-side" : ""}`}
              href={panel === "chat" ? home(state) : `${home(state)}?panel=${panel}`}
              aria-current={state.panel.value === panel ? "page" : undefined}
            >
              <Icon name={panelIcon} />
              {name}
              {panel === "queue" && waiting > 0 && <span class="tab-count">{waiting}</span>}
            </a>
          ))}
        </nav>
        <button
          type="button"
          class="button small quiet bar-keys"
          title="Keyboard"
          onClick={() => void showHelp(state)}
        >
          <Icon name="keys" />
          <span class="sr">Keyboard</span>
        </button>
        {state.workspace.role === "owner" && OWNERS.map(([id, icon, name, load]) => (
          <button
            key={id}
            type="button"
            class="button small quiet"
            data-testid={id}
            title={name}
            onClick={() => void show(state, load())}
          >
            <Icon name={icon} />
            <span class="sr">{name}</span>
          </button>
        ))}
        <ThemeSwitch />
        {mayDecide(state)
          ? (
            <button
              type="button"
              class="button small quiet"
              data-testid="your-keys"
              title="Your keys"
              onClick={() =>
                void show(state, import("./lib/KeysDialog.tsx").then(({ openKeys }) => openKeys))}
            >
              <Icon name="key" />
              <span class="bar-person">{state.me.person.name}</span>
              <span class="sr">Your keys</span>
            </button>
          )
          : <span class="bar-person">{state.me.person.name}</span>}
      </header>
      {!database.ok && (
        <div class="bar-strip">
          <Strip tone="red" alert>
            {database.detail ?? "The database service does not answer."}{" "}
            Chat and queue stay; reading and deciding wait for it.
          </Strip>
        </div>
      )}
      {state.outdated.value && state.me.mode !== "local" && (
        <div class="bar-strip">
          <Strip tone="grey">
            A new version is ready.{" "}
            <button type="button" class="link" onClick={() => location.reload()}>Reload</button>
          </Strip>
        </div>
      )}
      <Notices state={state} />
    </div>
  );
}

/** Dialogs that most visits never open are fetched when they are asked for. */
async function show(state: AppState, open: Promise<(state: AppState) => Promise<void>>): Promise<void> {
  const opened = await open.catch(() => null);
  if (opened) await opened(state);
  else state.notice.value = { message: "This could not be loaded. Try again.", undo: null };
}
