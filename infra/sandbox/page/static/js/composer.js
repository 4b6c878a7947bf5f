// The line to type in: messages, commands with suggestions, and as whom.

import { el, icon, keep } from "./dom.js";
import { botIn, choose, currentChannel, me, model, notice, people } from "./model.js";
import { post } from "./net.js";
import { shortcutsButton } from "./shortcuts.js";

const SEND = icon("M3 16.5l14.5-6.5L3 3.5v5l8 1.5-8 1.5z");
const BLUR_MS = 150;
const MARKS = { guest: " (guest)", external: " (of another organisation)" };
const history = [];
let picked = 0;
let recalled = 0;

const field = el("textarea", { rows: 1, id: "say", "aria-label": "Message", autocomplete: "off", spellcheck: "false" });
const offers = el("div", { id: "offers", role: "listbox", "aria-label": "Suggestions", hidden: true });
const who = el("select", { id: "person", "aria-label": "Speak as" });
const send = el("button", { type: "button", class: "send", "aria-label": "Send" }, SEND);
const hint = el("span", { class: "hint" }, el("kbd", {}, "/"), " for commands  ", el("kbd", {}, "Enter"), " sends");

export function mountComposer() {
  const bar = el("div", { class: "bar" }, shortcutsButton(), el("label", {}, "as ", who), hint, send);
  document.getElementById("composer").append(offers, el("div", { class: "box" }, field, bar));
  field.addEventListener("input", () => typed());
  field.addEventListener("keydown", keyed);
  field.addEventListener("blur", () => setTimeout(() => (offers.hidden ||= document.activeElement !== field), BLUR_MS));
  field.addEventListener("focus", () => offer());
  who.addEventListener("change", () => choose({ person: who.value }));
  send.addEventListener("click", () => say());
  document.addEventListener("keydown", (event) => {
    const elsewhere = !["TEXTAREA", "INPUT", "SELECT"].includes(event.target.tagName);
    if (event.key === "/" && elsewhere && !event.ctrlKey && !event.metaKey) field.focus();
  });
}

export function drawComposer() {
  const channel = currentChannel();
  keep(who, people().map((one) => [one.name, one, () => el("option", { value: one.name }, one.real_name + (MARKS[one.mark] ?? ""))]));
  who.value = model.person;
  field.placeholder = channel.kind === "im" ? `Message ${botIn(channel).real_name}` : `Message #${channel.name}`;
}

/** Put a text into the line, for the person to send. */
export function type(text) {
  field.value = text;
  field.focus();
  typed();
  offers.hidden = true;
}

function typed() {
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${Math.min(field.scrollHeight, 160)}px`);
  picked = 0;
  offer();
}

function offered() {
  if (!model.command || !field.value.startsWith("/") || field.value.includes("\n")) return [];
  const open = model.watched.repositories.filter((one) => one.installed && one.visibility !== "private");
  const names = open.map((one) => one.name).sort((a, b) => (b === "acme/rocket") - (a === "acme/rocket"));
  const command = model.command;
  const all = [
    [`${command} subscribe ${names[0] ?? "acme/rocket"}`, "post a repository's news here"],
    [`${command} subscribe ${names[0] ?? "acme/rocket"} reviews comments`, "only some features"],
    [`${command} subscribe acme`, "all repositories of an organisation"],
    [`${command} subscribe list features`, "what this channel is subscribed to"],
    [`${command} unsubscribe ${names[0] ?? "acme/rocket"}`, "end it"],
    [`${command} signin`, "connect your GitHub account"],
    [`${command} open ${names[0] ?? "acme/rocket"}`, "open a new issue"],
    [`${command} close ${names[0] ?? "acme/rocket"}#1`, "close an issue or a pull request"],
    [`${command} reopen ${names[0] ?? "acme/rocket"}#1`, "open it again"],
    [`${command} settings`, "threading and rich previews in this channel"],
    [`${command} help`, "all commands"],
    [`/invite @${botIn(currentChannel()).name}`, "let the app into a private channel"],
  ];
  return all.filter(([text]) => text.startsWith(field.value) && text !== field.value);
}

function offer() {
  const rows = offered();
  offers.hidden = !rows.length;
  keep(
    offers,
    rows.map(([text, about], at) => [
      text,
      at === picked,
      () =>
        el(
          "div",
          { role: "option", class: "offer", "aria-selected": String(at === picked), onmousedown: (event) => take(event, text) },
          el("code", {}, text),
          el("span", {}, about),
        ),
    ]),
  );
}

function take(event, text) {
  event.preventDefault();
  type(text);
}

function keyed(event) {
  const rows = offers.hidden ? [] : offered();
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    say();
  } else if (event.key === "Tab" && rows.length && !event.shiftKey) {
    take(event, rows[picked][0]);
  } else if (["ArrowUp", "ArrowDown"].includes(event.key) && rows.length) {
    event.preventDefault();
    picked = (picked + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length;
    offer();
  } else if (event.key === "ArrowUp" && (field.value === "" || field.value === history[recalled]) && history.length) {
    event.preventDefault();
    recalled = Math.max(0, recalled - 1);
    type(history[recalled]);
  } else if (event.key === "Escape") {
    offers.hidden = true;
  }
}

async function say() {
  const text = field.value.trim();
  if (!text) return;
  history.push(text);
  recalled = history.length;
  type("");
  notice(await post("/api/say", { team: model.team, channel: model.channel, user: me().id, text }));
}
