/** The page's address: links are real, and with JavaScript they change the state instead of the document. */
import { batch } from "@preact/signals";
import type { Listing } from "@/agent/types.ts";
import { listingIn, plain, saysListing, withListing } from "./listing.ts";
import { select } from "./queue.ts";
import { list } from "./search.ts";
import { type AppState, home } from "./state.ts";
import { showTable } from "./tables.ts";

/** Goes to an address of this workspace and remembers it in the history. What it doesn't say of the list stays. */
export function navigate(state: AppState, to: string, replace = false): void {
  const href = saysListing(to) ? to : withListing(to, state.listing.peek(), state.usual);
  if (href !== location.pathname + location.search) {
    history[replace ? "replaceState" : "pushState"](null, "", href);
  }
  follow(state);
}

/** Follows clicks on this workspace's links and the Back button. Returns how to stop. */
export function followLinks(state: AppState): () => void {
  state.tableChosen.value = location.pathname.startsWith(`${home(state)}/data/`);
  // The server's paint has the whole table.
  if (new URLSearchParams(location.search).has("key")) follow(state);
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== location.origin) return;
    const base = home(state);
    if (link.pathname !== base && !link.pathname.startsWith(`${base}/`)) return;
    // A name that can't be read is the server's to answer.
    if (!isReadable(link.pathname)) return;
    event.preventDefault();
    if (link.hash.startsWith("#m-")) {
      // The address stays with the action that one came from.
      open(state, "chat");
      import("./rare.ts").then(({ showMessage }) => showMessage(state, link.hash.slice(1)), () => {});
    } else navigate(state, link.pathname + link.search);
  };
  const onPop = () => follow(state);
  document.addEventListener("click", onClick);
  addEventListener("popstate", onPop);
  return () => {
    document.removeEventListener("click", onClick);
    removeEventListener("popstate", onPop);
  };
}

/** Lists something else and says so in the address; `replace`: a letter more is no step to go back to. */
export function showListing(state: AppState, listing: Listing, replace: boolean): void {
  const href = withListing(location.pathname + location.search, listing, state.usual);
  history[replace ? "replaceState" : "pushState"](null, "", href);
  list(state, listing);
}

function isReadable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== "";
  } catch {
    return false;
  }
}

function follow(state: AppState): void {
  const rest = location.pathname.slice(home(state).length);
  const [, kind, name] = /^\/(actions|data)\/([^/]+)$/.exec(rest) ?? [];
  const search = new URLSearchParams(location.search);
  const wanted = search.get("panel");
  batch(() => {
    list(state, listingIn(search) ?? plain(state.usual));
    if (kind === "actions") {
      select(state, Number(name));
      open(state, "queue");
    } else if (kind === "data" && name) {
      state.tableChosen.value = true;
      void showTable(state, decodeURIComponent(name), search.get("key") ?? "");
      open(state, "data");
    } else {
      select(state, null);
      open(state, wanted === "queue" || wanted === "data" ? wanted : "chat");
    }
  });
}

function open(state: AppState, panel: AppState["panel"]["value"]): void {
  state.panel.value = panel;
  if (panel !== "chat") state.side.value = panel;
}
