import { Icon, type IconName } from "./Icon.tsx";

type Tone = "amber" | "green" | "red" | "grey";

const LOOKS: Record<string, [IconName, Tone]> = {
  pending: ["waiting", "amber"],
  stale: ["warning", "amber"],
  executing: ["busy", "amber"],
  reverting: ["busy", "amber"],
  approved: ["done", "green"],
  reverted: ["back", "grey"],
  rejected: ["rejected", "red"],
  failed: ["alert", "red"],
  expired: ["late", "grey"],
  withdrawn: ["minus", "grey"],
  read: ["read", "grey"],
};

/** A state as icon, colour and word: never colour alone. */
export function StateWord({ state, word }: { state: string; word: string }) {
  const [icon, tone] = LOOKS[state] ?? ["alert", "grey"];
  return (
    <span class={`state tone-${tone}`}>
      <Icon name={icon} spin={icon === "busy"} />
      {word}
    </span>
  );
}
