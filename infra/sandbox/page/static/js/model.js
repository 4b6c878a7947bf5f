// What the page knows. `changed` redraws; everything else reads.

export const model = {
  ready: false,
  command: "/ghe",
  shortcuts: [],
  views: new Map(),
  home: false,
  ghes: { url: "", people: [], actions: [] },
  troubles: [],
  concessions: [],
  agentUrl: "",
  linked: {},
  previews: false,
  teams: [],
  watched: { agent: {}, repositories: [], deliveries: [] },
  team: null,
  channel: null,
  person: "mona",
  thread: null,
  unread: new Map(),
  notices: [],
};

const listeners = [];

export function onChange(listener) {
  listeners.push(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

export function takeSnapshot(data) {
  Object.assign(model, {
    ready: true,
    command: data.command,
    shortcuts: data.shortcuts,
    views: new Map(data.views.map((one) => [one.id, one])),
    agentUrl: data.agent_url,
    linked: data.linked,
    previews: data.previews,
    ghes: data.ghes,
    troubles: data.troubles,
    concessions: data.concessions,
    teams: data.teams.map(withMessages),
  });
  if (!currentTeam()) model.team = model.teams[0].id;
  if (!currentChannel()) model.channel = visibleChannels()[0].id;
  changed();
}

export function takeMessage({ team, channel, message }) {
  const place = channelOf(team, channel);
  if (!place) return;
  const isNew = !place.messages.has(message.ts);
  place.messages.set(message.ts, message);
  if (isNew && channel !== model.channel && isForMe(team, message)) {
    model.unread.set(channel, (model.unread.get(channel) ?? 0) + 1);
  }
  changed();
}

export function takeChannel({ team, channel }) {
  const home = model.teams.find((one) => one.id === team);
  const there = home?.channels.find((one) => one.id === channel.id);
  if (there) Object.assign(there, channel);
  else home?.channels.push({ ...channel, messages: new Map() });
  changed();
}

/** A modal or Home tab was opened, changed or closed. */
export function takeView({ view }) {
  if (view.open) model.views.set(view.id, view);
  else model.views.delete(view.id);
  changed();
}

export function takeWatched(data) {
  model.watched = { ...model.watched, ...data };
  changed();
}

/** Say something to the person alone, in the channel that is open, as Slack's own bot. */
export function notice(text) {
  if (!text) return;
  const ts = (Date.now() / 1000).toFixed(6);
  model.notices.push({ ts, channel: model.channel, user: "slackbot", text, local: true, ephemeral_for: me().id });
  changed();
}

export function choose(changes) {
  Object.assign(model, changes);
  if ("team" in changes || "person" in changes) {
    if (!visibleChannels().some((one) => one.id === model.channel)) model.channel = visibleChannels()[0].id;
  }
  if ("team" in changes || "channel" in changes) model.thread = null;
  if (!("home" in changes)) model.home &&= currentChannel().kind === "im" && !("channel" in changes);
  model.unread.delete(model.channel);
  changed();
}

export const currentTeam = () => model.teams.find((one) => one.id === model.team);
export const currentChannel = () => currentTeam()?.channels.find((one) => one.id === model.channel);
export const people = () => currentTeam().users.filter((one) => !one.is_bot);
export const me = () => people().find((one) => one.name === model.person) ?? people()[0];

/** The app's bot in a channel; of a direct message the one that it is with. */
export function botIn(channel) {
  const bots = currentTeam().users.filter((one) => one.is_bot);
  return bots.find((one) => channel.members.includes(one.id)) ?? bots[0] ?? { id: "", name: "app", real_name: "The app" };
}

export const user = (id) => currentTeam().users.find((one) => one.id === id);

/** Where the person is, as every call says it. */
export const place = () => ({ team: model.team, channel: model.channel, user: me().id });

/** The modals that the person sees, the top one last. */
export function modals() {
  return [...model.views.values()].filter((one) => one.type === "modal" && isOfMe(one));
}

/** What the app shows the person in Home, if anything. */
export function homeView() {
  return [...model.views.values()].find((one) => one.type === "home" && isOfMe(one));
}

export function visibleChannels() {
  return currentTeam().channels.filter((one) => one.members.includes(me().id));
}

/** What stands in the channel for the person, oldest first. */
export function inChannel(channel) {
  const seen = [...channel.messages.values()].filter(
    (one) => (!one.thread_ts || one.broadcast) && isMine(one) && !(one.deleted && !replies(channel, one.ts).length),
  );
  const mine = model.notices.filter((one) => one.channel === channel.id && isMine(one));
  return [...seen, ...mine].sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** The replies to a message, oldest first. */
export function replies(channel, ts) {
  return [...channel.messages.values()]
    .filter((one) => one.thread_ts === ts && !one.deleted && isMine(one))
    .sort((a, b) => Number(a.ts) - Number(b.ts));
}

export function unreadIn(team) {
  return team.channels.reduce((sum, one) => sum + (model.unread.get(one.id) ?? 0), 0);
}

function isMine(message) {
  return !message.ephemeral_for || message.ephemeral_for === me().id;
}

function isOfMe(view) {
  return view.app_installed_team_id === model.team && view.user === me().id;
}

function isForMe(teamId, message) {
  if (message.deleted || (message.thread_ts && !message.broadcast)) return false;
  return !message.ephemeral_for || (teamId === model.team && message.ephemeral_for === me().id);
}

function channelOf(team, channel) {
  return model.teams.find((one) => one.id === team)?.channels.find((one) => one.id === channel);
}

function withMessages(team) {
  const channels = team.channels.map((one) => ({
    ...one,
    messages: new Map(one.messages.map((message) => [message.ts, message])),
  }));
  return { ...team, channels };
}
