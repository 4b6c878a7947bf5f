// What people do with the elements of a message or a view, and how the sandbox hears of it.

import { drafts } from "./drafts.js";
import { keyOf } from "./elements.js";
import { notice, place } from "./model.js";
import { ask, post } from "./net.js";

/** In a message of this channel. */
export function inMessage(message, channel) {
  const there = () => ({ ...place(), channel: channel.id, ts: message.ts });
  return {
    where: message.ts,
    use: async (block, one, value) =>
      notice(await post("/api/click", { ...there(), action_id: keyOf(block, one), value, values: drafts(message.ts) })),
    suggest: async (block, one, typed) => offered(await ask("/api/suggest", { ...there(), element: keyOf(block, one), typed })),
  };
}

/** In a modal or in Home; `tell` shows a sentence there. */
export function inView(view, tell) {
  const there = () => ({ ...place(), view: view.id, values: drafts(view.id) });
  return {
    where: view.id,
    use: async (block, one, value) => tell(await post("/api/view/click", { ...there(), element: keyOf(block, one), value })),
    suggest: async (block, one, typed) => offered(await ask("/api/suggest", { ...there(), element: keyOf(block, one), typed }), tell),
  };
}

function offered({ notice: said, options }, tell = notice) {
  tell(said);
  return options ?? [];
}
