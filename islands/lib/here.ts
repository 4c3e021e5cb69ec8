/** Commands that the page carries out itself. Nothing is posted for them, and none decides anything. */
import { navigate } from "./address.ts";
import { pageCommand } from "./commands.ts";
import { focusDetail } from "./focus.ts";
import { mayDecide } from "./roles.ts";
import { type AppState, home } from "./state.ts";
import { forgive } from "./talk.ts";

/** Does what a text asks of the page. False when it is for the server. */
export function doHere(state: AppState, text: string): boolean {
  const asked = pageCommand(text, mayDecide(state));
  if (asked === null) return false;
  forgive(state);
  if (asked === "clear") state.clearAsked.value = true;
  else {
    // In front of its rows a person decides; the keys that do so rest while one writes.
    document.getElementById("composer")?.blur();
    navigate(state, `${home(state)}/actions/${asked.open}`);
    focusDetail(state);
  }
  return true;
}
