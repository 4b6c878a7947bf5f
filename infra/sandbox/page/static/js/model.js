// What the page knows. `changed` redraws; everything else reads.

export const model = {
  ready: false,
  command: "/ghe",
  ghes: { url: "", people: [], actions: [] },
  troubles: [],
  concessions: [],
  agentUrl: "",
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
    agentUrl: data.agent_url,
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
  model.unread.delete(model.channel);
  changed();
}

export const currentTeam = () => model.teams.find((one) => one.id === model.team);
export const currentChannel = () => currentTeam()?.channels.find((one) => one.id === model.channel);
export const people = () => currentTeam().users.filter((one) => !one.is_bot);
export const me = () => people().find((one) => one.name === model.person) ?? people()[0];
export const bot = () => currentTeam().users.find((one) => one.is_bot);
export const user = (id) => currentTeam().users.find((one) => one.id === id);

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
