// A select that is typed into: one or several of the options that `offer(typed)` promises.

import { el, show } from "./dom.js";

const WAIT_MS = 200;
const BLUR_MS = 150;
let made = 0;

/** `chosen`: options already chosen. `change(options)` hears what is chosen then. */
export function combobox({ id, label, placeholder, many, most, least, chosen, offer, change, described }) {
  const list = el("div", { id: `options-${++made}`, class: "options", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const input = el("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
    "aria-label": id ? undefined : label,
    "aria-describedby": described,
  });
  const chips = el("span", { class: "chips" });
  const box = el("div", { class: "combobox" }, el("div", { class: "entry" }, chips, input), list);
  const state = { chosen: [...chosen], rows: [], at: -1, asked: 0, timer: 0 };

  function drawn() {
    show(chips, state.chosen.map((one) => chip(one)));
    input.placeholder = state.chosen.length ? "" : placeholder;
    input.classList.toggle("filled", !many && state.chosen.length > 0);
  }
  function chip(option) {
    const words = option.text.text;
    const remove = () => choose(state.chosen.filter((one) => one !== option));
    return el("span", { class: "chip" }, words, el("button", { type: "button", "aria-label": `Remove ${words}`, onclick: remove }, "×"));
  }
  function choose(options) {
    state.chosen = options;
    input.value = "";
    close();
    drawn();
    input.focus();
    change(options);
  }
  function take(option) {
    if (!many) choose([option]);
    else if (most && state.chosen.length >= most) close();
    else choose([...state.chosen, option]);
  }
  function close() {
    list.hidden = true;
    state.rows = [];
    state.at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function listed(words) {
    const picked = new Set(many ? state.chosen.map((one) => one.value) : []);
    const rows = state.rows.filter((one) => !picked.has(one.value));
    state.rows = rows;
    state.at = rows.length ? 0 : -1;
    const nodes = rows.map((one, at) =>
      el("div", { id: `${list.id}-${at}`, role: "option", class: "option", onmousedown: (event) => pick(event, one) }, one.text.text),
    );
    show(list, nodes.length ? nodes : el("div", { class: "none" }, words));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  }
  function mark() {
    [...list.children].forEach((node, at) => node.role === "option" && node.setAttribute("aria-selected", String(at === state.at)));
    const node = list.children[state.at];
    if (node?.id) input.setAttribute("aria-activedescendant", node.id);
    else input.removeAttribute("aria-activedescendant");
    node?.scrollIntoView({ block: "nearest" });
  }
  function pick(event, option) {
    event.preventDefault();
    take(option);
  }
  async function look() {
    const typed = input.value.trim();
    if (typed.length < least) {
      state.rows = [];
      listed(`Type ${least} ${least === 1 ? "character" : "characters"} or more.`);
      return;
    }
    const asked = ++state.asked;
    const options = await offer(typed);
    if (asked !== state.asked || document.activeElement !== input) return;
    state.rows = options;
    listed("Nothing found.");
  }
  function soon() {
    clearTimeout(state.timer);
    state.timer = setTimeout(look, WAIT_MS);
  }
  input.addEventListener("input", soon);
  input.addEventListener("click", soon);
  input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && close(), BLUR_MS));
  input.addEventListener("keydown", (event) => {
    const { rows } = state;
    if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      if (!rows.length) return soon();
      state.at = (state.at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (rows[state.at]) take(rows[state.at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !input.value && state.chosen.length) {
      choose(state.chosen.slice(0, -1));
    }
  });
  drawn();
  return box;
}
