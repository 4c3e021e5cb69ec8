import { lazy } from "./lazy.tsx";

/** The draggable edge between two columns: nobody drags before the page is there. */
export const Grip = lazy(async () => (await import("./Edge.tsx")).Edge, () => null);
