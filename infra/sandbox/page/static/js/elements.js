// Interactive elements of Block Kit: buttons, selects, boxes to tick and fields to type in.

import { combobox } from "./combobox.js";
import { confirmed } from "./confirm.js";
import { draft, enter } from "./drafts.js";
import { el } from "./dom.js";
import { currentTeam, people, visibleChannels } from "./model.js";
import { mrkdwn } from "./mrkdwn.js";
import { openPage } from "./pages.js";

const SUGGEST_FROM = 3;
const NATIVE = { datepicker: "date", timepicker: "time", email_text_input: "email", url_text_input: "url", number_input: "number" };
const LISTS = new Set(["checkboxes", "multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select"]);

export const keyOf = (block, one) => `${block.block_id}/${one.action_id}`;

/**
 * The node of an element. `hands` is what people do with it where it stands: `where` (of the drafts),
 * `use(block, element, value)`, and `suggest(block, element, typed)` which promises options. `named`: label and ids.
 */
export function element(block, one, hands, named = {}) {
  const draw = DRAW[one.type] ?? (one.type in NATIVE || one.type === "plain_text_input" ? typed : null);
  return draw ? draw(block, one, hands, { label: one.placeholder?.text ?? one.action_id, ...named }) : el("span", { class: "unknown" }, `(a ${one.type})`);
}

const DRAW = {
  button,
  overflow,
  image: (_block, one) => el("span", { class: "unknown" }, one.alt_text),
  static_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  external_select: searched,
  multi_external_select: searched,
  multi_static_select: searched,
  multi_users_select: searched,
  multi_conversations_select: searched,
  multi_channels_select: searched,
  checkboxes: boxes,
  radio_buttons: boxes,
};

function button(block, one, hands) {
  const press = async (event) => {
    const node = event.currentTarget;
    if (one.confirm && !(await confirmed(one.confirm))) return;
    if (one.url) openPage(one.url);
    node.disabled = true;
    await hands.use(block, one, null);
    node.disabled = false;
  };
  const opens = one.url ? { "aria-description": "Opens a page in a new tab" } : {};
  return el("button", { type: "button", class: `slack-button ${one.style ?? ""}`, ...opens, onclick: press }, one.text.text);
}

function overflow(block, one, hands) {
  const node = el("select", { class: "overflow", "aria-label": "More actions" }, el("option", { value: "" }, "⋯"), one.options.map(optionNode));
  node.addEventListener("change", async () => {
    const option = one.options[Number(node.value)];
    node.value = "";
    if (one.confirm && !(await confirmed(one.confirm))) return;
    if (option.url) openPage(option.url);
    await hands.use(block, one, option);
  });
  return node;
}

function select(block, one, hands, { id, label, described }) {
  const options = optionsOf(one);
  const there = valueOf(block, one, hands);
  const at = options.findIndex((option) => same(option, there));
  const empty = el("option", { value: "" }, one.placeholder?.text ?? "Select an option");
  const node = el("select", { id, "aria-label": id ? undefined : label, "aria-describedby": described }, empty, grouped(one, options));
  node.value = at < 0 ? "" : String(at);
  node.addEventListener("change", () => {
    const option = node.value === "" ? null : options[Number(node.value)];
    entered(block, one, hands, option && plainOf(option));
  });
  return node;
}

function searched(block, one, hands, { id, label, described }) {
  const many = LISTS.has(one.type);
  const external = one.type.endsWith("external_select");
  const there = valueOf(block, one, hands);
  const held = many ? (there ?? []) : there ? [there] : [];
  const options = external ? [] : optionsOf(one);
  const local = (words) => options.filter((option) => option.text.text.toLowerCase().includes(words.toLowerCase()));
  return combobox({
    id,
    label,
    described,
    many,
    placeholder: one.placeholder?.text ?? (many ? "Select options" : "Search"),
    most: one.max_selected_items,
    least: external ? (one.min_query_length ?? SUGGEST_FROM) : 0,
    chosen: external ? held : options.filter((option) => held.some((value) => same(option, value))),
    offer: external ? (words) => hands.suggest(block, one, words) : async (words) => local(words),
    change: (picked) => {
      const values = picked.map(plainOf);
      entered(block, one, hands, many ? values : (values[0] ?? null));
    },
  });
}

function boxes(block, one, hands, { id, label }) {
  const many = one.type === "checkboxes";
  const there = valueOf(block, one, hands);
  const held = many ? [...(there ?? [])] : there ? [there] : [];
  const name = `${hands.where}/${keyOf(block, one)}`;
  const tick = (option, on) => {
    if (!many) held.length = 0;
    const at = held.findIndex((value) => same(option, value));
    if (on) held.push(option);
    else if (at >= 0) held.splice(at, 1);
    entered(block, one, hands, many ? [...held] : option);
  };
  const rows = one.options.map((option, at) => {
    const box = el("input", { type: many ? "checkbox" : "radio", name, id: `${id ?? name}-${at}`, checked: held.some((value) => same(option, value)), onchange: (event) => tick(option, event.target.checked) });
    const about = option.description ? el("span", { class: "about" }, words(option.description)) : null;
    return el("label", { class: "choice" }, box, el("span", {}, words(option.text), about));
  });
  return el("div", { class: "choice-list", role: many ? "group" : "radiogroup", "aria-label": label }, rows);
}

function typed(block, one, hands, { id, label, described }) {
  const shape = { id, "aria-label": id ? undefined : label, "aria-describedby": described, placeholder: one.placeholder?.text, maxlength: one.max_length ?? (one.type === "plain_text_input" ? 3000 : undefined), minlength: one.min_length };
  const node = one.multiline ? el("textarea", { ...shape, rows: 5 }) : el("input", { ...shape, type: NATIVE[one.type] ?? "text", autocomplete: "off" });
  node.value = valueOf(block, one, hands) ?? "";
  node.addEventListener("input", () => enter(hands.where, keyOf(block, one), node.value));
  const told = NATIVE[one.type] && !one.type.endsWith("input");
  if (told) node.addEventListener("change", () => entered(block, one, hands, node.value));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || one.multiline || event.isComposing) return;
    if (block.dispatch_action) {
      event.preventDefault();
      hands.use(block, one, node.value);
    }
  });
  return node;
}

/** Remember what was entered, and tell the app where it hears of it at once. */
function entered(block, one, hands, value) {
  enter(hands.where, keyOf(block, one), value);
  if (block.type !== "input" || block.dispatch_action) hands.use(block, one, value);
}

function valueOf(block, one, hands) {
  const there = draft(hands.where, keyOf(block, one));
  if (there !== undefined) return there;
  const initial = Object.keys(one).find((name) => name.startsWith("initial_"));
  return initial ? one[initial] : null;
}

/** Options of static selects, and people or channels as options, whose value alone counts. */
function optionsOf(one) {
  if (one.type.includes("users")) return people().map((each) => plain(each.id, each.real_name));
  if (one.type.includes("channels") || one.type.includes("conversations")) {
    const open = one.type.includes("channels") ? visibleChannels().filter((each) => each.kind === "public") : visibleChannels();
    return open.map((each) => plain(each.id, each.kind === "im" ? currentTeam().name : `#${each.name}`));
  }
  return one.options ?? (one.option_groups ?? []).flatMap((group) => group.options);
}

const plain = (value, words_) => ({ value, text: { type: "plain_text", text: words_ }, bare: true });
const plainOf = (option) => (option.bare ? option.value : option);
const same = (option, value) => value === option.value || (value !== null && value?.value === option.value);

function grouped(one, options) {
  if (!one.option_groups) return options.map(optionNode);
  return one.option_groups.map((group) =>
    el("optgroup", { label: group.label.text }, group.options.map((option) => optionNode(option, options.indexOf(option)))),
  );
}

function optionNode(option, at) {
  return el("option", { value: String(at) }, option.text.text);
}

function words(object) {
  return object.type === "mrkdwn" ? mrkdwn(object.text) : object.text;
}
