/* The lanes: what is seen of them is drawn, and nothing else, so that neither processes, threads nor
   holds make it slow. */

const AXIS = 26, NAMES = DATA.isSingle ? 170 : 240, SHORTEST = 1e-6, INDENT = 12;
const processes = DATA.processes;
const STRIP = processes.every((process) => process.activity.buckets === "") ? 0 : 5;  // for what was waited, and what ran released
const LANE = 34 + 2 * STRIP, BAR = 22 - STRIP, TOP = 6 - STRIP / 2;
const WHOLE = -1, WORLD = -2;  // for lane: all of a process, and its stops of the world
const MAX_OPEN = 6;  // of more processes, each is one lane until it is opened

const frame = document.getElementById("window");
const canvas = document.getElementById("lanes");
const total = Math.max(SHORTEST, ...processes.map((process) => process.start + process.seconds));
const view = { from: 0, to: total, wanted: "", rows: [], chosen: null,
  open: new Set(processes.length > MAX_OPEN ? [] : processes) };

function matches(name) {
  return name.toLowerCase().includes(view.wanted);
}

/* The lanes of a process as rows: first one for all of it, if there are several processes, then
   one for its stops of the world, if it can have any. */
function rowsOf(process, isOpen) {
  const isAll = !DATA.isSingle && matches(process.name);
  const lanes = process.threads.map((name, lane) => ({ process, lane, name }));
  if (process.pauses !== null) lanes.unshift({ process, lane: WORLD, name: "stops of the world" });
  const rows = lanes.filter((row) => isOpen && (isAll || matches(row.name)));
  if (DATA.isSingle || !(rows.length || matches(process.name))) return rows;
  return [{ process, lane: WHOLE, name: process.name }, ...rows];
}

/* What is searched for is shown even of a process that is closed; all is, if it isn't anywhere. */
function chooseRows() {
  const isOpen = (process) => view.wanted !== "" || DATA.isSingle || view.open.has(process);
  view.rows = processes.flatMap((process) => rowsOf(process, isOpen(process)));
}

function chooseRowsWith(text) {
  view.wanted = text;
  chooseRows();
  if (view.rows.length === 0) chooseRowsWith("");
}

function seriesOfRow({ process, lane }) {
  process.series ??= seriesOf(process);
  return lane === WHOLE ? process.series.whole : process.series.lanes[lane];
}

function nameWidth() {
  return Math.round(Math.min(NAMES, canvas.clientWidth * 0.3));
}

function timeAt(x) {
  const left = nameWidth();
  return view.from + (x - left) / (canvas.clientWidth - left) * (view.to - view.from);
}

/* Colours as the canvas takes them, for light or dark, whichever it is. */
function colours() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const of = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names = ["text", "quiet", "back", "lane", "line", "held", "stalled", "waited", "released",
    "missing"];
  const found = Object.fromEntries(names.map((name) => [name, of(name)]));
  probe.remove();
  return found;
}

/* A text that fits, without its middle if it has to be: names often differ at their ends. */
function shortened(context, text, width) {
  const without = (count) => {
    const kept = text.length - count, end = kept >> 1;
    return `${text.slice(0, kept - end)}…${text.slice(text.length - end)}`;
  };
  if (context.measureText(text).width <= width) return text;
  let low = 1, high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (context.measureText(without(middle)).width <= width) high = middle;
    else low = middle + 1;
  }
  return without(low);
}

/* What is drawn now, and where. */
function area() {
  const left = nameWidth(), height = frame.clientHeight - AXIS;
  return { left, width: canvas.clientWidth - left, height, span: view.to - view.from,
    scale: window.devicePixelRatio || 1, colour: colours(), context: canvas.getContext("2d") };
}

function drawAxis({ context, colour, left, width, height, span }) {
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
    context.lineTo(x, height);
    const text = `${time.toFixed(Math.min(digits, 9))} s`;
    context.fillText(text, Math.max(left + 22, Math.min(x, left + width - 26)), height + 17);
  }
  context.stroke();
}

/* Each column of pixels is as dark as much of it counts. */
function drawSeries({ context, left, width, scale, span }, series, colour, top, height) {
  const columns = Math.round(width * scale);
  context.fillStyle = colour;
  let before = amountUntil(series, view.from);
  for (let column = 0; column < columns; column++) {
    const after = amountUntil(series, view.from + (column + 1) / columns * span);
    const part = (after - before) / (span / columns);
    before = after;
    if (part < 1e-6) continue;
    context.globalAlpha = Math.min(1, 0.18 + 0.82 * part);
    context.fillRect(left + column / scale, top, 1 / scale, height);
  }
  context.globalAlpha = 1;
}

/* The stalls of a process, or its stops, that overlap a time. None overlaps another, so they are in
   the order of their ends as well. */
function* between(spans, from, to) {
  let low = 0, high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].start + spans[middle].seconds < from) low = middle + 1;
    else high = middle;
  }
  for (let place = low; place < spans.length && spans[place].start <= to; place++) {
    yield spans[place];
  }
}

/* Where a time is drawn, as far as it is seen, and not too short to be. */
function barOf({ left, width, span }, start, seconds) {
  const x = left + (start - view.from) / span * width;
  const from = Math.max(x, left);
  return [from, Math.max(0, Math.min(x + Math.max(seconds / span * width, 2), left + width) - from)];
}

function drawBar({ context, colour }, [x, width], top, fill, name) {
  context.fillStyle = fill;
  context.fillRect(x, top, width, BAR);
  if (width > 40 && context.measureText(name).width <= width - 8) {
    context.textAlign = "left";
    context.fillStyle = colour.back;
    context.fillText(name, x + 4, top + BAR / 2 + 4);
  }
}

function drawChosen({ context, colour }, [x, width], top) {
  context.strokeStyle = colour.text;
  context.strokeRect(x, top - 2, width, BAR + 4);
}

function drawStalls(drawn, { process, lane }, top) {
  for (const stall of between(process.stalls, view.from, view.to)) {
    if (lane !== WHOLE && lane !== stall.lane) continue;
    const bar = barOf(drawn, stall.start, stall.seconds);
    drawBar(drawn, bar, top, drawn.colour.stalled, stall.name);
    if (stall === view.chosen) drawChosen(drawn, bar, top);
  }
}

/* Where the bar of each row that is seen begins. */
function seenTops(height) {
  const tops = new Map(), scrolled = frame.scrollTop;
  const first = Math.floor(scrolled / LANE);
  const last = Math.min(view.rows.length, Math.ceil((scrolled + height) / LANE));
  for (let place = first; place < last; place++) tops.set(place, place * LANE - scrolled + TOP);
  return tops;
}

/* The ground of a row: as long as its process was recorded, and another colour without detail. */
function drawGround({ context, colour, left, width, span }, { process }, top) {
  const xOf = (time) => left + Math.max(0, Math.min((time - view.from) / span, 1)) * width;
  const from = xOf(process.start), to = xOf(process.start + process.seconds);
  context.fillStyle = colour.lane;
  context.fillRect(from, top - TOP + 2, to - from, LANE - 4);
  if (process.completeSeconds === null) return;
  const end = xOf(process.start + process.completeSeconds);
  context.fillStyle = colour.missing;
  context.fillRect(end, top - TOP, to - end, LANE);
}

function drawName({ context, colour, left }, { process, lane, name }, top) {
  const isWhole = lane === WHOLE, indent = isWhole || DATA.isSingle ? 0 : INDENT;
  const mark = view.wanted !== "" || view.open.has(process) ? "▾ " : "▸ ";
  context.font = `${isWhole ? "600 " : ""}12px system-ui, sans-serif`;
  context.textAlign = "left";
  context.fillStyle = colour.text;
  const text = shortened(context, (isWhole ? mark : "") + name, left - 14 - indent);
  context.fillText(text, 6 + indent, top + BAR / 2 + 4);
}

function drawRow(drawn, row, top) {
  drawPauses(drawn, row, top);
  if (row.lane === WORLD) return;
  const series = seriesOfRow(row), { colour } = drawn, below = top + BAR + 2;
  drawSeries(drawn, series.held, colour.held, top, BAR);
  drawSeries(drawn, series.waited, colour.waited, below, STRIP);
  drawSeries(drawn, series.released, colour.released, below + STRIP + 2, STRIP);
  drawStalls(drawn, row, top);
}

function resize() {
  const height = Math.max(1, view.rows.length) * LANE;
  frame.style.height = `${height + AXIS + 2}px`;
  const seen = frame.clientHeight, scale = window.devicePixelRatio || 1;
  document.getElementById("below").style.height = `${Math.max(0, height + AXIS - seen)}px`;
  canvas.style.height = `${seen}px`;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(seen * scale);
}

function draw() {
  resize();
  const drawn = area(), { context, colour, height, span } = drawn;
  const seen = Array.from(seenTops(height), ([place, top]) => [view.rows[place], top]);
  context.scale(drawn.scale, drawn.scale);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colour.back;
  context.fillRect(0, 0, canvas.clientWidth, height + AXIS);
  const clipped = (drawRows) => {
    context.save();
    context.beginPath();
    context.rect(0, 0, canvas.clientWidth, height);
    context.clip();
    for (const [row, top] of seen) drawRows(drawn, row, top);
    context.restore();
  };
  clipped(drawGround);
  drawAxis(drawn);
  clipped(drawRow);
  clipped(drawName);
  document.getElementById("span").value =
    `${view.from.toFixed(6)} s to ${view.to.toFixed(6)} s: ${lengthText(span)}`;
}

let isDue = false;
function drawSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; draw(); });
}
