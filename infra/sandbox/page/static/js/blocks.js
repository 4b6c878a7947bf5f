// Block Kit and attachments as nodes. A block that isn't known is named, not hidden.

import { el } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

/** Nodes of a message's blocks; `press(element, button)` is called for a button. */
export function blocks(list, press) {
  return (list ?? []).map((block) => (DRAW[block.type] ?? unknown)(block, press));
}

/** Nodes of attachments: a coloured bar with blocks beside it. */
export function attachments(list, press) {
  return (list ?? []).map((one) =>
    el(
      "div",
      { class: "attachment", style: { "--bar": one.color ?? "var(--line)" }, data: { color: one.color ?? "" } },
      el("div", { class: "attachment-body" }, one.text ? mrkdwn(one.text) : null, blocks(one.blocks, press)),
    ),
  );
}

const DRAW = {
  section: (block, press) =>
    el(
      "div",
      { class: "block section" },
      el("div", { class: "grow" }, block.text ? text(block.text) : null, block.fields ? fields(block.fields) : null),
      block.accessory ? element(block.accessory, press) : null,
    ),
  context: (block) => el("div", { class: "block context" }, block.elements.map((one) => el("span", {}, text(one)))),
  actions: (block, press) =>
    el("div", { class: "block actions" }, block.elements.map((one) => element(one, press))),
  header: (block) => el("h3", { class: "block" }, block.text.text),
  divider: () => el("hr", { class: "block" }),
  markdown: (block) => el("div", { class: "block" }, mrkdwn(block.text)),
};

function unknown(block) {
  return el("div", { class: "block unknown" }, `(a block of type ${block.type})`);
}

function text(object) {
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  return object.type === "image" ? [object.alt_text] : [el("p", {}, object.text ?? "")];
}

function fields(list) {
  return el("div", { class: "fields" }, list.map((one) => el("div", { class: "field" }, text(one))));
}

function element(one, press) {
  if (one.type !== "button") return el("span", { class: "unknown" }, `(a ${one.type})`);
  return el(
    "button",
    { type: "button", class: `slack-button ${one.style ?? ""}`, onclick: (event) => press(one, event.target) },
    one.text.text,
  );
}
