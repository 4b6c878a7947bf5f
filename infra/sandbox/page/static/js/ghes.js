// The right: GHES as a menu of what can happen, what it told the agent, and how the agent is.

import { el, icon, keep } from "./dom.js";
import { model, notice } from "./model.js";
import { post } from "./net.js";
import { clockTime } from "./times.js";

const repository = el("select", { id: "repository", "aria-label": "Repository" });
const person = el("select", { id: "actor", "aria-label": "Who does it" });
const groups = el("div", { class: "groups" });
const log = el("ol", { tabindex: "0", class: "log" });
const lights = el("ul", { class: "lights" });
const trouble = el("select", { id: "trouble", "aria-label": "Break something" });
const forgiven = el("details", { class: "forgiven" });
const OUT = icon("M8 4H4v12h12v-4", "M11 4h5v5", "M16 4l-8 8");

export function mountGhes() {
  document.getElementById("menu").append(
    el("div", { class: "choices" }, el("label", {}, el("span", {}, "In"), repository), el("label", {}, el("span", {}, "As"), person)),
    groups,
  );
  document.getElementById("deliveries").append(el("h3", {}, "Webhooks sent"), log);
  document.getElementById("agent").append(
    el("h3", {}, "Agent"),
    lights,
    trouble,
    forgiven,
  );
  trouble.addEventListener("change", async () => {
    notice(await post("/api/trouble", { trouble: trouble.value }));
    trouble.value = "";
  });
}

export function drawGhes() {
  keep(document.getElementById("ghes-header"), [
    ["title", model.ghes.url, () => el("h2", {}, "Make something happen")],
    ["where", model.ghes.url, () => el("p", {}, `on GHES at ${new URL(model.ghes.url).host}`)],
  ]);
  const chosen = repository.value || "acme/rocket";
  keep(repository, model.watched.repositories.map((one) => [one.name, one, () => option(one)]));
  repository.value = model.watched.repositories.some((one) => one.name === chosen) ? chosen : (model.watched.repositories[0]?.name ?? "");
  keep(person, model.ghes.people.map((login) => [login, login, () => el("option", { value: login }, login)]));
  keep(groups, grouped().map(([group, actions]) => [group, actions, () => section(group, actions)]));
  drawLog();
  drawAgent();
}

function option(one) {
  const note = one.installed ? one.visibility : `${one.visibility}, no App`;
  return el("option", { value: one.name }, `${one.name} (${note})`);
}

function grouped() {
  const groups_ = new Map();
  for (const action of model.ghes.actions) groups_.set(action.group, [...(groups_.get(action.group) ?? []), action]);
  return [...groups_];
}

function section(group, actions) {
  const buttons = actions.map((one) =>
    el("button", { type: "button", class: "action", data: { action: one.key }, onclick: (event) => act(one.key, event.target) }, one.title),
  );
  return el("div", { class: "group" }, el("h3", {}, group), el("div", { class: "pills" }, buttons));
}

async function act(action, button) {
  button.classList.remove("done");
  notice(await post("/api/happen", { action, repository: repository.value, by: person.value }));
  button.classList.add("done");
}

function drawLog() {
  const sent = model.watched.deliveries;
  const rows = sent.map((one) => [String(one.id), one, () => delivery(one)]);
  keep(log, rows.length ? rows : [["none", "", () => el("li", { class: "none" }, "None yet. Choose something above.")]]);
}

function delivery(one) {
  return el(
    "li",
    { title: `${clockTime(new Date(one.at * 1000))}: ${one.why || `the agent answered ${one.status}`}.` },
    el("span", { class: `dot ${one.ok ? "good" : "bad"}` }),
    el("code", {}, one.event),
    el("span", { class: "status" }, one.status ? String(one.status) : "failed"),
  );
}

function drawAgent() {
  const parts = Object.entries(model.watched.agent);
  keep(
    lights,
    parts.map(([name, part]) => [
      name,
      part,
      () => el("li", { title: part.says }, el("span", { class: `dot ${part.ok ? "good" : "bad"}` }), name.replace(/_/g, " "), el("span", { class: "hidden" }, part.ok ? ": well" : `: ${part.says}`)),
    ]).concat([["link", model.agentUrl, () => el("li", {}, el("a", { href: `${model.agentUrl}/status`, target: "_blank", rel: "noreferrer", class: "out" }, "/status", OUT))]]),
  );
  keep(
    trouble,
    [{ key: "", title: "Break something…" }, ...model.troubles].map((one) => [one.key, one, () => el("option", { value: one.key }, one.title)]),
  );
  forgiven.hidden = !model.concessions.length;
  keep(forgiven, [
    ["summary", model.concessions.length, () => el("summary", {}, `${model.concessions.length} concessions in force`)],
    ["list", model.concessions, () => el("ul", {}, model.concessions.map((one) => el("li", {}, one)))],
    ["how", "", () => el("p", {}, el("code", {}, "--strict"), " turns them off.")],
  ]);
}
