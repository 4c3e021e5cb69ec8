/** What most visits never need, as one file: it is fetched with the first of it that is drawn. */
import "./core.ts";
export { showMessage } from "./message.ts";
export { TroubleMore } from "./TroubleMore.tsx";
export { Found } from "./Found.tsx";
export { openHelp } from "./Help.tsx";
export { FilterMenu } from "./FilterMenu.tsx";
export { LeaveOut, LeftOutRows } from "./LeaveOut.tsx";
export { listAgain } from "./again.ts";
export { trim } from "./trim.ts";
export { PickBar } from "./PickBar.tsx";
export { openReview } from "./Review.tsx";
