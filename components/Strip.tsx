import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";

/** A line that says what is wrong or needs attention, with what to do about it. `alert` is spoken at once. */
export function Strip(
  { tone, alert = false, children }: {
    tone: "amber" | "red" | "grey";
    alert?: boolean;
    children: ComponentChildren;
  },
) {
  return (
    <div class={`strip tone-${tone}`} role={alert ? "alert" : undefined}>
      <Icon name={tone === "grey" ? "waiting" : tone === "amber" ? "warning" : "alert"} />
      <div class="strip-body">{children}</div>
    </div>
  );
}
