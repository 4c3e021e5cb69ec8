import { Badge } from "@/components/Badge.tsx";
import type { Badge as Risk } from "@/agent/types.ts";
import { Shown } from "./Shown.tsx";

/** What the machine found risky about a change, each with its reason. */
export function Badges({ badges }: { badges: readonly Risk[] }) {
  return badges.length === 0 ? null : (
    <ul class="badges">
      {badges.map((badge) => (
        <Badge key={badge.code} level={badge.level}>
          <Shown text={badge.reason} kind="sentence" />
        </Badge>
      ))}
    </ul>
  );
}
