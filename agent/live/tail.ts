/** What is known of a running answer: in the memory of a process, and in KV while it runs. */
import type { ChatChunk } from "../types.ts";
import type { Large } from "../store/large.ts";

/** A running answer as this process knows it: its chunks from the first on. */
export interface Tail {
  run: string;
  chunks: ChatChunk[];
  /** It is over: no chunk comes any more. */
  ended: boolean;
}

/** Who may write an answer. There is one for each workspace at most. */
export interface Lease {
  run: string;
  /** Last sign of life of the process that drives it, in milliseconds. */
  beat: number;
  kind: "answer" | "followup";
}

/** Chunks `from` … `from + count - 1` of a running answer, as KV keeps them until its message is stored. */
export interface Batch {
  from: number;
  count: number;
  large: Large;
}
