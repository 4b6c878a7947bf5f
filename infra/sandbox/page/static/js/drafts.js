// What people have entered and not sent yet, by where it stands (a view's id, a message's ts) and `block_id/action_id`.

import { changed } from "./model.js";

const entered = new Map();
const wrong = new Map();

/** What is entered in an input; undefined when nobody has touched it. */
export const draft = (where, key) => entered.get(where)?.get(key);

export function enter(where, key, value) {
  if (!entered.has(where)) entered.set(where, new Map());
  entered.get(where).set(key, value);
}

/** All of it, as the sandbox takes it. */
export const drafts = (where) => Object.fromEntries(entered.get(where) ?? []);

/** What is said at the block's input. */
export const errorAt = (where, blockId) => wrong.get(where)?.[blockId];

export function object(where, errors) {
  wrong.set(where, errors ?? {});
  changed();
}

/** Forget a form that is closed. */
export function forget(where) {
  entered.delete(where);
  wrong.delete(where);
}
