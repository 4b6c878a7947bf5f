// Instants as Slack words them, in the browser's own zone.

export function clockTime(at) {
  return at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

/** "Today", "Yesterday", or a date. */
export function day(at, options = { month: "short", day: "numeric", year: "numeric" }) {
  const days = Math.round((midnight(new Date()) - midnight(at)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return at.toLocaleDateString([], options);
}

/** Slack's `<!date^…>`: the tokens in braces are filled in. */
export function formatted(seconds, format) {
  const at = new Date(seconds * 1000);
  const words = {
    date_num: () => at.toISOString().slice(0, 10),
    date: () => at.toLocaleDateString([], { month: "long", day: "numeric", year: "numeric" }),
    date_short: () => at.toLocaleDateString([], { month: "short", day: "numeric", year: "numeric" }),
    date_long: () => at.toLocaleDateString([], { dateStyle: "full" }),
    date_pretty: () => day(at, { month: "long", day: "numeric", year: "numeric" }),
    date_short_pretty: () => day(at),
    date_long_pretty: () => day(at, { dateStyle: "full" }),
    time: () => clockTime(at),
    time_secs: () => at.toLocaleTimeString(),
  };
  return format.replace(/\{(\w+)\}/g, (token, name) => words[name]?.() ?? token);
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
