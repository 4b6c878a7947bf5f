// Block Kit and attachments as nodes. A block that isn't known is named, not hidden.

import { errorAt } from "./drafts.js";
import { el } from "./dom.js";
import { element, keyOf } from "./elements.js";
import { mrkdwn } from "./mrkdwn.js";

/** Nodes of blocks; `hands` is what people do with their elements (elements.js). */
export function blocks(list, hands) {
  return (list ?? []).map((block) => drawBlock(block, hands));
}

export function drawBlock(block, hands) {
  return (DRAW[block.type] ?? unknown)(block, hands);
}

/** Nodes of attachments: a coloured bar with blocks beside it. The app's previews of links are such too. */
export function attachments(list, hands) {
  return (list ?? []).map((one) =>
    el(
      "div",
      {
        class: "attachment",
        style: { "--bar": one.color ?? "var(--line)" },
        data: { color: one.color ?? "", preview: one.app_unfurl_url ?? "" },
      },
      el(
        "div",
        { class: "attachment-body" },
        one.title ? el("p", {}, el("strong", {}, mrkdwn(one.title_link ? `<${one.title_link}|${one.title}>` : one.title))) : null,
        one.text ? mrkdwn(one.text) : null,
        blocks(one.blocks, hands),
      ),
    ),
  );
}

const DRAW = {
  section: (block, hands) =>
    el(
      "div",
      { class: "block section" },
      el("div", { class: "grow" }, block.text ? text(block.text) : null, block.fields ? fields(block.fields) : null),
      block.accessory ? element(block, block.accessory, hands) : null,
    ),
  context: (block) => el("div", { class: "block context" }, block.elements.map((one) => el("span", {}, text(one)))),
  actions: (block, hands) => el("div", { class: "block actions" }, block.elements.map((one) => element(block, one, hands))),
  header: (block) => el("h3", { class: "block" }, block.text.text),
  divider: () => el("hr", { class: "block" }),
  markdown: (block) => el("div", { class: "block" }, mrkdwn(block.text)),
  image: (block) => el("p", { class: "block unknown" }, `(a picture: ${block.alt_text})`),
  input,
};

function input(block, hands) {
  const one = block.element;
  const id = `${hands.where}/${keyOf(block, one)}`;
  const wrong = errorAt(hands.where, block.block_id);
  const said = wrong ? `${id}-error` : block.hint ? `${id}-hint` : undefined;
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  const group = ["checkboxes", "radio_buttons"].includes(one.type);
  const node = element(block, one, hands, { id, label: block.label.text, described: said });
  if (wrong) (node.matches("input, select, textarea") ? node : node.querySelector("input"))?.setAttribute("aria-invalid", "true");
  return el(
    "div",
    { class: wrong ? "block field-block wrong" : "block field-block" },
    el(group ? "span" : "label", { class: "label", for: group ? undefined : id }, block.label.text, optional),
    node,
    wrong ? el("p", { class: "error", id: `${id}-error`, role: "alert" }, wrong) : null,
    block.hint ? el("p", { class: "hint-text", id: `${id}-hint` }, block.hint.text) : null,
  );
}

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
