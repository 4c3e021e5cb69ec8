import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";

/** Where the choice is kept; `theme.js` applies it before the first paint. */
const KEY = "gatekeeper:theme";
const NEXT = { system: "light", light: "dark", dark: "system" } as const;
const ICONS = { system: "system", light: "sun", dark: "moon" } as const;
type Theme = keyof typeof NEXT;

/** System, light, dark, in turn. */
export function ThemeSwitch() {
  const theme = useSignal<Theme>("system");
  useEffect(() => {
    const kept = localStorage.getItem(KEY);
    if (kept === "light" || kept === "dark") theme.value = kept;
  }, []);
  const change = () => {
    const next = NEXT[theme.value];
    theme.value = next;
    if (next === "system") {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(KEY, next);
      document.documentElement.dataset.theme = next;
    }
  };
  return (
    <button
      type="button"
      class="button small quiet"
      data-testid="theme"
      title={`Theme: ${theme.value}`}
      onClick={change}
    >
      <Icon name={ICONS[theme.value]} />
      <span class="sr">Theme: {theme.value}. Change</span>
    </button>
  );
}
