import "./core.ts";
import { useEffect, useRef } from "preact/hooks";

/** Where the widths are kept; `theme.js` applies them before the first paint. */
const KEY = "gatekeeper:widths";
const STEP = 24;
const LIMITS = { queue: [320, 760], data: [320, 1_200] } as const;

/**
 * The draggable edge between two columns. `queue`: it sets the chat's width; `data`: the queue's. Arrow keys move it,
 * a double click puts it back.
 */
export function Edge({ name, label }: { name: "queue" | "data"; label: string }) {
  const grip = useRef<HTMLDivElement>(null);
  const variable = name === "queue" ? "--chat-width" : "--queue-width";
  useEffect(() => {
    const width = neighbourWidth(grip.current);
    grip.current?.setAttribute("aria-valuenow", String(Math.round(width)));
  }, []);
  const set = (width: number | null) => {
    const [min, max] = LIMITS[name];
    const root = document.documentElement;
    const value = width === null ? null : Math.round(Math.min(max, Math.max(min, width)));
    if (value === null) root.style.removeProperty(variable);
    else root.style.setProperty(variable, `${value}px`);
    grip.current?.setAttribute("aria-valuenow", String(value ?? Math.round(neighbourWidth(grip.current))));
    keep(variable, value);
  };
  return (
    <div
      class="grip"
      ref={grip}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuemin={LIMITS[name][0]}
      aria-valuemax={LIMITS[name][1]}
      aria-valuenow={LIMITS[name][0]}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const left = before(event.currentTarget)?.getBoundingClientRect().left ?? 0;
        set(event.clientX - left);
      }}
      onKeyDown={(event) => {
        const step = event.key === "ArrowLeft" ? -STEP : event.key === "ArrowRight" ? STEP : 0;
        if (step === 0) return;
        event.preventDefault();
        set(neighbourWidth(event.currentTarget) + step);
      }}
      onDblClick={() => set(null)}
    />
  );
}

function before(grip: HTMLElement | null): Element | null {
  const panels = [...document.querySelectorAll(".panel")];
  return panels[panels.findIndex((panel) => grip && panel.contains(grip)) - 1] ?? null;
}

function neighbourWidth(grip: HTMLElement | null): number {
  return before(grip)?.getBoundingClientRect().width ?? 0;
}

function keep(variable: string, width: number | null): void {
  const widths = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  localStorage.setItem(KEY, JSON.stringify({ ...widths, [variable]: width ?? undefined }));
}
