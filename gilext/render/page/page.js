const LANE = 34, BAR = 22, AXIS = 26, NAMES = 130, SHORTEST = 1e-6;

/* Numbers that were packed little-endian, whatever this machine is. */
function unpacked(text, Kind, read) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const packed = new DataView(bytes.buffer);
  const size = Kind.BYTES_PER_ELEMENT;
  const numbers = new Kind(bytes.length / size);
  for (let i = 0; i < numbers.length; i++) numbers[i] = read.call(packed, i * size, true);
  return numbers;
}

/* The holds of each lane, in order, with the sum of their lengths up to each: how much of any
   span was held takes two searches, however many holds there are. */
function lanesOf(data) {
  const starts = unpacked(data.starts, Float64Array, DataView.prototype.getFloat64);
  const lengths = unpacked(data.lengths, Float32Array, DataView.prototype.getFloat32);
  const lanes = unpacked(data.lanes, Uint16Array, DataView.prototype.getUint16);
  const counts = new Uint32Array(data.threads.length);
  for (const lane of lanes) counts[lane]++;
  const found = Array.from(counts, (count) => ({
    count: 0, starts: new Float64Array(count), lengths: new Float64Array(count),
    sums: new Float64Array(count + 1),
  }));
  for (let i = 0; i < lanes.length; i++) {
    const lane = found[lanes[i]];
    lane.starts[lane.count] = starts[i];
    lane.lengths[lane.count] = lengths[i];
    lane.sums[lane.count + 1] = lane.sums[lane.count] + lengths[i];
    lane.count++;
  }
  return found;
}

/* How many of a lane's holds start at or before a time. */
function countUntil(lane, time) {
  let low = 0, high = lane.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane.starts[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function heldUntil(lane, time) {
  const count = countUntil(lane, time);
  if (count === 0) return 0;
  const last = count - 1;
  return lane.sums[last] + Math.min(lane.lengths[last], time - lane.starts[last]);
}

function lengthText(seconds) {
  const units = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]];
  const [scale, unit] = units.find(([least]) => seconds >= least) ?? [1e-9, "ns"];
  return `${Number((seconds / scale).toPrecision(4))} ${unit}`;
}

const lanes = lanesOf(DATA);
const canvas = document.getElementById("lanes");
const hint = document.getElementById("hint");
const total = Math.max(DATA.seconds, SHORTEST);
const view = { from: 0, to: total };

function nameWidth() {
  return Math.round(Math.min(NAMES, canvas.clientWidth * 0.3));
}

function timeAt(x) {
  const left = nameWidth();
  return view.from + (x - left) / (canvas.clientWidth - left) * (view.to - view.from);
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(
    ["text", "quiet", "back", "lane", "line", "held", "stalled", "missing"].map((n) => [n, of(n)]));
}

function drawAxis(context, colour, left, width, bottom) {
  const span = view.to - view.from;
  const step = [1, 2, 5, 10].map((n) => n * 10 ** Math.floor(Math.log10(span / 5)))
    .find((n) => span / n <= Math.max(2, width / 110)) ?? span;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  context.fillStyle = colour.quiet;
  context.strokeStyle = colour.line;
  context.textAlign = "center";
  context.beginPath();
  for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
    const x = left + (time - view.from) / span * width;
    context.moveTo(x, 0);
    context.lineTo(x, bottom);
    const text = `${time.toFixed(Math.min(digits, 9))} s`;
    context.fillText(text, Math.max(left + 22, Math.min(x, left + width - 26)), bottom + 17);
  }
  context.stroke();
}

/* Each column of pixels is as dark as it was held, so that no number of holds takes longer. */
function drawLane(context, colour, lane, top, left, width, scale) {
  const columns = Math.round(width * scale);
  const span = view.to - view.from;
  context.fillStyle = colour.held;
  let before = heldUntil(lane, view.from);
  for (let column = 0; column < columns; column++) {
    const after = heldUntil(lane, view.from + (column + 1) / columns * span);
    const part = (after - before) / (span / columns);
    before = after;
    if (part <= 0) continue;
    context.globalAlpha = Math.min(1, 0.18 + 0.82 * part);
    context.fillRect(left + column / scale, top, 1 / scale, BAR);
  }
  context.globalAlpha = 1;
}

function drawStalls(context, colour, left, width) {
  const span = view.to - view.from;
  context.textAlign = "left";
  for (const stall of DATA.stalls) {
    const x = left + (stall.start - view.from) / span * width;
    const long = stall.seconds / span * width;
    if (x > left + width || x + long < left) continue;
    const from = Math.max(x, left), to = Math.min(x + Math.max(long, 2), left + width);
    const top = stall.lane * LANE + (LANE - BAR) / 2;
    context.fillStyle = colour.stalled;
    context.fillRect(from, top, to - from, BAR);
    if (to - from > 40 && stall.name) {
      context.save();
      context.beginPath();
      context.rect(from + 3, top, to - from - 6, BAR);
      context.clip();
      context.fillStyle = colour.back;
      context.fillText(stall.name, from + 4, top + BAR / 2 + 4);
      context.restore();
    }
  }
}

function draw() {
  const scale = window.devicePixelRatio || 1;
  const bottom = Math.max(1, DATA.threads.length) * LANE;
  const height = bottom + AXIS;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  const colour = colours();
  const left = nameWidth(), width = canvas.clientWidth - left;
  context.scale(scale, scale);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colour.back;
  context.fillRect(0, 0, canvas.clientWidth, height);
  DATA.threads.forEach((name, index) => {
    context.fillStyle = colour.lane;
    context.fillRect(left, index * LANE + 2, width, LANE - 4);
  });
  drawAxis(context, colour, left, width, bottom);
  if (DATA.completeSeconds !== null && DATA.completeSeconds < view.to) {
    const x = left + Math.max(0, DATA.completeSeconds - view.from) / (view.to - view.from) * width;
    context.fillStyle = colour.missing;
    context.fillRect(x, 0, left + width - x, bottom);
  }
  lanes.forEach((lane, index) =>
    drawLane(context, colour, lane, index * LANE + (LANE - BAR) / 2, left, width, scale));
  drawStalls(context, colour, left, width);
  context.textAlign = "left";
  context.fillStyle = colour.back;
  context.fillRect(0, 0, left, height);
  context.fillStyle = colour.text;
  DATA.threads.forEach((name, index) =>
    context.fillText(name, 6, index * LANE + LANE / 2 + 4, left - 12));
  document.getElementById("span").value =
    `${view.from.toFixed(6)} s to ${view.to.toFixed(6)} s: ${lengthText(view.to - view.from)}`;
}

let isDue = false;
function drawSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; draw(); });
}

function show(from, to) {
  const span = Math.min(total, Math.max(SHORTEST, to - from));
  view.from = Math.max(0, Math.min(from, total - span));
  view.to = view.from + span;
  drawSoon();
}

function zoom(factor, time = (view.from + view.to) / 2) {
  show(time - (time - view.from) * factor, time + (view.to - time) * factor);
}

function move(part) {
  const distance = part * (view.to - view.from);
  show(view.from + distance, view.to + distance);
}

/* What lies under a point: a stall, a hold, or nothing. */
function textAt(x, y) {
  const index = Math.floor(y / LANE), lane = lanes[index];
  if (lane === undefined || x < nameWidth()) return "";
  const time = timeAt(x), near = 2 * (view.to - view.from) / canvas.clientWidth;
  const stall = DATA.stalls.find((one) => one.lane === index &&
    time >= one.start - near && time <= one.start + one.seconds + near);
  if (stall !== undefined) {
    return [`${DATA.threads[index]}: stall of ${lengthText(stall.seconds)} from ` +
      `${stall.start.toFixed(6)} s`, ...stall.stack].join("\n");
  }
  const hold = countUntil(lane, time + near) - 1;
  if (hold < 0 || lane.starts[hold] + lane.lengths[hold] < time - near) return "";
  return `${DATA.threads[index]}: held for ${lengthText(lane.lengths[hold])} from ` +
    `${lane.starts[hold].toFixed(6)} s`;
}

function tell(event) {
  const text = textAt(event.offsetX, event.offsetY);
  hint.hidden = text === "";
  hint.textContent = text;
  const isRight = event.offsetX > canvas.clientWidth / 2;
  hint.style.left = isRight ? "" : `${event.offsetX + 12}px`;
  hint.style.right = isRight ? `${canvas.clientWidth - event.offsetX + 12}px` : "";
  hint.style.top = `${event.offsetY + 16}px`;
}

let dragged = null;
canvas.addEventListener("pointerdown", (event) => {
  dragged = { x: event.offsetX, from: view.from, to: view.to };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointerup", () => { dragged = null; });
canvas.addEventListener("pointermove", (event) => {
  if (dragged === null) return tell(event);
  const width = canvas.clientWidth - nameWidth();
  const distance = (dragged.x - event.offsetX) / width * (dragged.to - dragged.from);
  show(dragged.from + distance, dragged.to + distance);
});
canvas.addEventListener("pointerleave", () => { hint.hidden = true; });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(event.deltaY * 0.002), timeAt(event.offsetX));
}, { passive: false });
const KEYS = {
  "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => show(0, total),
  ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25),
};
canvas.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});
for (const [id, key] of [["closer", "+"], ["farther", "-"], ["left", "ArrowLeft"],
  ["right", "ArrowRight"], ["whole", "0"]]) {
  document.getElementById(id).addEventListener("click", KEYS[key]);
}
new ResizeObserver(drawSoon).observe(canvas.parentElement);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSoon);
draw();
