// The middle: the channel that is open, and the thread beside it.

import { el, icon, keep, show } from "./dom.js";
import { type } from "./composer.js";
import { botIn, choose, currentChannel, currentTeam, inChannel, model, people, replies } from "./model.js";
import { tabs } from "./home.js";
import { drawn, instant, looks } from "./message.js";
import { day } from "./times.js";

const list = document.getElementById("messages");
const thread = document.getElementById("thread");
const answers = document.getElementById("replies");
export const LOCK = icon("M5.5 9h9v7h-9z", "M7.5 9V6.5a2.5 2.5 0 0 1 5 0V9");
const CLOSE = icon("M5 5l10 10", "M15 5L5 15");
const AT_THE_END_PX = 120;

const closeButton = document.getElementById("close-thread");
closeButton.append(CLOSE);
closeButton.addEventListener("click", () => choose({ thread: null }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && model.thread && !document.querySelector("dialog[open]")) choose({ thread: null });
});

let shownChannel = null;
let shownThread = null;

export function drawConversation() {
  const channel = currentChannel();
  drawHeader(channel);
  const moved = shownChannel !== `${channel.id} ${model.person}`;
  shownChannel = `${channel.id} ${model.person}`;
  const atEnd = moved || list.scrollHeight - list.scrollTop - list.clientHeight < AT_THE_END_PX;
  const messages = inChannel(channel);
  const items = messages.length ? rows(messages, channel, false) : [["empty", [channel, model.person], () => empty(channel)]];
  list.classList.toggle("settling", moved);
  keep(list, [["push-down", "", () => el("div", { class: "push-down" })], ...items]);
  drawThread(channel); // it makes this column narrower, hence longer
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function drawThread(channel) {
  const root = model.thread && channel.messages.get(model.thread);
  thread.hidden = !root;
  document.body.classList.toggle("with-thread", Boolean(root));
  if (!root) {
    shownThread = null;
    return;
  }
  const moved = shownThread !== root.ts;
  shownThread = root.ts;
  const atEnd = moved || answers.scrollHeight - answers.scrollTop - answers.clientHeight < AT_THE_END_PX;
  const below = replies(channel, root.ts);
  const count = below.length === 1 ? "1 reply" : `${below.length} replies`;
  answers.classList.toggle("settling", moved);
  const [top, ...rest] = rows([root, ...below], channel, true);
  keep(answers, [top, ["count", count, () => el("div", { class: "divider" }, el("span", {}, count))], ...rest]);
  if (atEnd) answers.scrollTop = answers.scrollHeight;
}

function rows(messages, channel, inThread) {
  return messages.flatMap((message, at) => {
    const before = inThread && at === 1 ? undefined : messages[at - 1];
    const today = day(instant(message));
    const newDay = !inThread && (!before || day(instant(before)) !== today);
    const above = newDay ? undefined : before;
    const row = [
      `${channel.id} ${message.ts}`,
      looks(message, above, channel, inThread),
      (again) => drawn(message, above, channel, { inThread, again }),
    ];
    return newDay ? [[`day ${today}`, today, () => el("div", { class: "divider day" }, el("span", {}, today))], row] : [row];
  });
}

function drawHeader(channel) {
  const header = document.getElementById("channel-header");
  const title = channel.kind === "im" ? [botIn(channel).real_name] : [channel.kind === "private" ? LOCK.cloneNode(true) : "# ", channel.name];
  const people = channel.members.length;
  const app = channel.app_is_in ? `${botIn(channel).real_name} is in this channel` : `${botIn(channel).real_name} is not in this channel`;
  const where = channel.shared ? `${app} · shared with another organisation` : app;
  keep(header, [
    ["title", [channel.id, channel.name], () => el("h1", {}, title)],
    ...(channel.kind === "im" ? [["tabs", [channel.id, model.home], tabs]] : []),
    ["where", [where, people], () => el("p", {}, channel.kind === "im" ? "Direct message with the app" : `${people} members · ${where}`)],
  ]);
  document.title = `${channel.kind === "im" ? botIn(channel).real_name : `#${channel.name}`} – ${currentTeam().name} – ghe-slack sandbox`;
}

function empty(channel) {
  const subscribe = `${model.command} subscribe acme/rocket`;
  if (!model.command) return fresh();
  const private_ = channel.kind === "private" && !channel.app_is_in;
  return el(
    "div",
    { class: "empty" },
    el("h2", {}, channel.kind === "im" ? "Between you and the app" : `Nothing has happened in #${channel.name} yet`),
    el("p", {}, private_ ? "A private channel, and the app is not in it. See how it copes:" : "What to try:"),
    el(
      "ol",
      {},
      el("li", {}, "Type ", suggestion(subscribe), ", and press Enter."),
      private_ ? el("li", {}, "It asks to be invited. Type ", suggestion(`/invite @${botIn(channel).name}`), ": it goes on by itself.") : null,
      el("li", {}, "Open an issue or a pull request, at the right. Its card arrives here; merge it, label it, let its checks fail, and the same card changes."),
      el("li", {}, "Press the buttons of the card: they act as you, and so does ", suggestion(`${model.command} open acme/rocket`), ". Who isn’t connected yet is offered to connect, with that command or any other: speak as somebody else below."),
      model.previews ? el("li", {}, "Paste the address of an issue into a message: it gets a preview.") : null,
    ),
    el("p", { class: "aside" }, already(), suggestion(`${model.command} help`), " lists all commands."),
  );
}

/** Before anybody has set anything up: `make sandbox-fresh`. */
function fresh() {
  const console_ = `${model.agentUrl}/setup/settings`;
  return el(
    "div",
    { class: "empty" },
    el("h2", {}, "Nothing is set up yet"),
    el("p", {}, "This Slack has no app, and this GHES neither. The first hour begins in the agent’s console:"),
    el("p", {}, el("a", { href: console_, target: "_blank", rel: "noopener" }, console_)),
    el("p", { class: "aside" }, "Its password stands in the terminal, together with the pages of Slack and GHES."),
  );
}

/** Who need not connect: nobody where there is no agent. */
function already() {
  const names = people().filter((one) => one.name in model.linked).map((one) => one.real_name);
  const are = names.length > 1 ? "are" : "is";
  return names.length ? `${names.join(" and ")}, below, ${are} connected already. ` : "";
}

function suggestion(text) {
  return el("button", { type: "button", class: "suggested", title: "Put it into the input", onclick: () => type(text) }, text);
}

export function drawNothing() {
  show(list, el("p", { class: "loading" }, "Connecting…"));
}
