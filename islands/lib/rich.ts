/** What a page fetches only when it is needed, as one file: much of it is used together. */
import "./core.ts";
export { Assist } from "./Assist.tsx";
export { CommandResult } from "./CommandResult.tsx";
export { Result } from "./Result.tsx";
