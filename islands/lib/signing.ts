/** All that signs a decision, in one file: fetched when something is decided. */
import "./core.ts";
export { renewKey, signer } from "./approver.ts";
export { signApproval, verifyExecuted, verifyShown } from "./sign.ts";
