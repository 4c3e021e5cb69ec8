import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";

/** A risk that the machine computed: its reason in words, its level as icon and colour. */
export function Badge(
  { level, children }: { level: "info" | "warn" | "danger"; children: ComponentChildren },
) {
  const tone = level === "danger" ? "red" : level === "warn" ? "amber" : "grey";
  return (
    <li class={`badge tone-${tone}`}>
      <Icon name={level === "danger" ? "alert" : level === "warn" ? "warning" : "minus"} />
      {children}
    </li>
  );
}
