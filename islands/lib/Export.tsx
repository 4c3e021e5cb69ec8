import { apiBase, type AppState } from "./state.ts";

/** The history as a file, by links alone: the browser downloads while the page does nothing. */
export function Export({ state }: { state: AppState }) {
  // What waits is no history yet: under it the links would promise another file than the one that comes.
  if (state.listing.value.filter === "waiting") return null;
  return (
    <p class="export">
      Export history
      {["JSON", "CSV"].map((name) => (
        <a
          key={name}
          class="link"
          href={`${apiBase(state)}/export?format=${name.toLowerCase()}`}
          aria-label={`Export history as ${name}`}
          download
        >
          {name}
        </a>
      ))}
    </p>
  );
}
