// The left: workspaces and the channels that the person is in.

import { avatar } from "./avatar.js";
import { LOCK } from "./conversation.js";
import { el, keep } from "./dom.js";
import { botIn, choose, currentTeam, me, model, unreadIn, visibleChannels } from "./model.js";

const sidebar = document.getElementById("sidebar");
const name = el("h2");
const channels = el("ul", { "aria-label": "Channels" });
const direct = el("ul", { "aria-label": "Direct messages" });
const way = el("p", { class: "way" });
sidebar.append(el("header", {}, name, way), el("h3", {}, "Channels"), channels, el("h3", {}, "Apps"), direct);

export function drawSidebar() {
  keep(
    document.getElementById("rail"),
    model.teams.map((team) => [team.id, [team.id === model.team, unreadIn(team), team.name, team.way], () => workspace(team)]),
  );
  name.textContent = currentTeam().name;
  way.textContent = currentTeam().way;
  way.hidden = !currentTeam().way;
  const mine = visibleChannels();
  keep(channels, mine.filter((one) => one.kind !== "im").map(row));
  keep(direct, mine.filter((one) => one.kind === "im").map(row));
}

function workspace(team) {
  const unread = team.id === model.team ? 0 : unreadIn(team);
  return el(
    "button",
    { type: "button", title: team.way ? `${team.name}, posted to ${team.way}` : team.name, "aria-label": unread ? `${team.name}, ${unread} new` : team.name, "aria-current": String(team.id === model.team), onclick: () => choose({ team: team.id }) },
    team.name.slice(0, 1),
    unread ? el("span", { class: "count" }, String(unread)) : null,
  );
}

function row(channel) {
  const unread = model.unread.get(channel.id) ?? 0;
  const here = channel.id === model.channel;
  return [channel.id, [here, unread, channel.name, channel.kind, me().id], () => el("li", {}, button(channel, here, unread))];
}

function button(channel, here, unread) {
  const sign = channel.kind === "im" ? avatar(botIn(channel), "tiny") : channel.kind === "private" ? LOCK.cloneNode(true) : "#";
  const label = channel.kind === "im" ? botIn(channel).real_name : channel.name;
  return el(
    "button",
    { type: "button", class: unread ? "unread" : "", "aria-current": String(here), onclick: () => choose({ channel: channel.id }) },
    el("span", { class: "sign" }, sign),
    el("span", { class: "name" }, label),
    unread ? el("span", { class: "count", "aria-label": `${unread} new` }, String(unread)) : null,
  );
}
