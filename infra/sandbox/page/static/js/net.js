// Talking to the sandbox.

/** POST something to be done; the answer is a sentence for the person, usually empty. */
export async function post(path, body) {
  return (await ask(path, body)).notice;
}

/** The same; the answer is all that came: `notice`, a form's `errors`, `options` of a select. */
export async function ask(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { notice: "The sandbox does not answer. Is it still running?" };
  }
}

/** Hear every event, by name; the browser connects again by itself, and then gets the whole picture anew. */
export function listen(hears, connected) {
  const source = new EventSource("/api/events");
  for (const [name, hear] of Object.entries(hears)) {
    source.addEventListener(name, (event) => hear(JSON.parse(event.data)));
  }
  source.addEventListener("open", () => connected(true));
  source.addEventListener("error", () => connected(false));
}
