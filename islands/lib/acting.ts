/** What decides on one action, in one file: fetched with the first action that is opened. */
import "./core.ts";
export { undo } from "./undo.ts";
export { Buttons } from "./Buttons.tsx";
export { lookAgain, newKey, revert } from "./decide.ts";
