// One message, as Slack draws it.

import { avatar } from "./avatar.js";
import { attachments, blocks } from "./blocks.js";
import { el, icon } from "./dom.js";
import { inMessage } from "./hands.js";
import { choose, model, replies, user } from "./model.js";
import { mrkdwn, summary } from "./mrkdwn.js";
import { messageButton } from "./shortcuts.js";
import { clockTime, day } from "./times.js";

const SAME_BREATH_S = 300;
const EYE = icon("M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10z", "M10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z");

/** What a message's look depends on: a change of it draws the message anew. */
export function looks(message, before, channel, inThread) {
  const answers = inThread ? [] : replies(channel, message.ts).map((one) => [one.ts, one.user]);
  const root = message.thread_ts && !inThread ? channel.messages.get(message.thread_ts) : null;
  return [message, follows(message, before), answers, root?.text, day(instant(message)), model.thread === message.ts];
}

/** The node of a message; `before` is the one above it, `again` whether it was on the page already. */
export function drawn(message, before, channel, { inThread, again }) {
  const person = message.local ? null : user(message.user);
  const compact = follows(message, before);
  const state = [compact && "compact", message.ephemeral_for && "ephemeral", again && "again", "message"];
  const at = instant(message);
  return el(
    "article",
    { class: state.filter(Boolean).join(" "), data: { ts: message.ts } },
    el("div", { class: "gutter" }, compact ? el("time", { class: "hover-time" }, clockTime(at)) : avatar(person)),
    el(
      "div",
      { class: "content" },
      message.ephemeral_for ? el("div", { class: "only-you" }, EYE.cloneNode(true), "Only visible to you") : null,
      compact ? null : head(person, at),
      body(message, channel, inThread),
      inThread ? null : threadFooter(message, channel),
    ),
    messageButton(message, channel),
  );
}

function head(person, at) {
  return el(
    "div",
    { class: "head" },
    el("b", {}, person?.is_bot ? person.real_name : (person?.name ?? "Slackbot")),
    badge(person),
    el("time", { datetime: at.toISOString(), title: at.toLocaleString() }, clockTime(at)),
  );
}

const MARKS = { guest: "GUEST", external: "OTHER ORGANISATION" };

function badge(person) {
  if (!person || person.is_bot) return el("span", { class: "badge" }, "APP");
  return person.mark ? el("span", { class: `badge ${person.mark}` }, MARKS[person.mark]) : null;
}

function body(message, channel, inThread) {
  if (message.deleted) return el("p", { class: "gone" }, "This message was deleted.");
  const hands = inMessage(message, channel);
  const text = el("div", {}, message.blocks?.length ? blocks(message.blocks, hands) : mrkdwn(message.text ?? ""));
  if (message.edited) ([...text.querySelectorAll("p")].at(-1) ?? text).append(el("span", { class: "edited" }, " (edited)"));
  return el(
    "div",
    { class: "body" },
    message.broadcast ? broadcast(message, channel, inThread) : null,
    text,
    attachments(message.attachments, hands),
  );
}

function broadcast(message, channel, inThread) {
  if (inThread) return el("div", { class: "broadcast" }, "Also sent to the channel");
  const root = channel.messages.get(message.thread_ts);
  return el(
    "div",
    { class: "broadcast" },
    "replied to a thread: ",
    el("button", { type: "button", class: "link", onclick: () => choose({ thread: message.thread_ts }) }, titleOf(root)),
  );
}

/** The words by which one recognizes a card: its title, the first bold line, else its fallback text. */
export function titleOf(message) {
  if (!message) return "a message that is gone";
  const all = [...(message.blocks ?? []), ...(message.attachments ?? []).flatMap((one) => one.blocks ?? [])];
  const bold = all.map((block) => block.text?.text ?? "").find((text) => text.startsWith("*<"));
  return summary(bold ?? message.text ?? "").slice(0, 90);
}

function threadFooter(message, channel) {
  const answers = replies(channel, message.ts);
  if (!answers.length) return null;
  const faces = [...new Set(answers.map((one) => one.user))].slice(0, 4).map((id) => avatar(user(id), "small"));
  const last = instant(answers.at(-1));
  return el(
    "button",
    { type: "button", class: "thread-footer", onclick: () => choose({ thread: message.ts }) },
    faces,
    el("b", {}, answers.length === 1 ? "1 reply" : `${answers.length} replies`),
    el("span", {}, `Last reply ${day(last).toLowerCase()} at ${clockTime(last)}`),
  );
}

function follows(message, before) {
  if (!before || before.user !== message.user || before.local !== message.local) return false;
  if (message.broadcast || before.broadcast || message.ephemeral_for || before.ephemeral_for) return false;
  return Number(message.ts) - Number(before.ts) < SAME_BREATH_S;
}

export function instant(message) {
  return new Date(Number(message.ts) * 1000);
}
