/**
 * What the islands share with each other and with what is fetched later. Each of them imports this file, so that the
 * bundler keeps all of it in one: many small files compress worse, and cost a request each.
 */
import "@/components/Empty.tsx";
import "@/components/Icon.tsx";
import "@/components/StateWord.tsx";
import "@/components/Strip.tsx";
import "./ActionCard.tsx";
import "./Badges.tsx";
import "./DiffTable.tsx";
import "./Grip.tsx";
import "./ResultTable.tsx";
import "./Shown.tsx";
import "./SqlBlock.tsx";
import "./address.ts";
import "./feed.ts";
import "./focus.ts";
import "./keyboard.ts";
import "./later.ts";
import "./lazy.tsx";
import "./markdown.tsx";
import "./queue.ts";
import "./talk.ts";
import "./time.tsx";
import "./tools.ts";
