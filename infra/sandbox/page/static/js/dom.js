// Building nodes. Text only ever becomes text: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `props` are attributes, `on…` listeners, `class`, `data` and `style` (an object). */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** A stroked icon of 20 × 20 from the data of its paths. */
export function icon(...paths) {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" },
    ...paths.map((d) => svg("path", { d })),
  );
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Replace what is in `container`. */
export function show(container, ...children) {
  container.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

/**
 * Draw a list so that what did not change stays the same node: focus, selection and scroll survive.
 * `items`: [key, content, draw]; an item is drawn anew when its content differs. Returns the nodes drawn anew.
 */
export function keep(container, items) {
  const before = new Map([...container.children].map((node) => [node.dataset.key, node]));
  const fresh = [];
  const nodes = items.map(([key, content, draw]) => {
    const version = JSON.stringify(content);
    const there = before.get(key);
    if (there && there.version === version) return there;
    const node = draw(Boolean(there));
    node.dataset.key = key;
    node.version = version;
    fresh.push(node);
    return node;
  });
  const wanted = new Set(nodes);
  for (const node of [...container.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, at) => {
    if (container.children[at] !== node) container.insertBefore(node, container.children[at] ?? null);
  });
  return fresh;
}
